"""The operators' commands, one module each."""
