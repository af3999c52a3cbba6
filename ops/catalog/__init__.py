"""Reads a catalog from CSV and loads it into the Books table."""
