"""Patches of MiniStack. Each module fixes or adds one thing and names the version that it was written for."""
