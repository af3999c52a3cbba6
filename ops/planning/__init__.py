"""Reads plans: what happens to each resource, which plans may be applied, and how reviewers see them."""
