"""The customers app."""
