"""Believable demo data: a small Brazilian operator with two weeks behind it."""
