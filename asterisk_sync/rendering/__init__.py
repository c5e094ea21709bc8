"""Snapshot -> text of the five generated files."""
