"""Tests of numbers: how they are read, what their plan says, how they are spelled."""
