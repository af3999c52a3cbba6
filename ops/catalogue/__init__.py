"""Reads a catalogue from CSV and loads it into the Books table."""
