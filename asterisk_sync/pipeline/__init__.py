"""Runs: a node that has not the wanted generation in, a recorded run (applied, refused, rolled back ...) out."""
