"""What a pattern that is being typed takes: its patterns over keys in, examples, calls and what else fits out."""
