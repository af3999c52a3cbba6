"""What plans say: what becomes of each resource, which plans may be applied as they are, and how people are told."""
