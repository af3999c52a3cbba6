"""Commands for those who work on the shop itself, not for those who run it."""
