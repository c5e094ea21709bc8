"""What would become of a call: told by the code that renders the dialplan, and compared with what a node runs."""
