"""Building blocks of the other modules: single resources, files of a stack, suppressed checks."""
