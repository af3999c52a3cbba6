"""Breaks regions under load, heals them, and counts from the data what was lost."""
