"""The simulator: a call in, what would become of it out; by the code that renders the dialplan, checked with a node."""
