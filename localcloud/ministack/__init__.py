"""MiniStack as the shop needs it: each module mends or adds one thing, and says to which version of it."""
