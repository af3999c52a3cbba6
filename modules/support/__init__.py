"""Small constructs that the others are made of."""
