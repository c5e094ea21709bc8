"""Generations, which are sets of files: kept, compared, validated, guarded against shrinking, written to a node."""
