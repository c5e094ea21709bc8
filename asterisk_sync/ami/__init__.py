"""The AMI client: actions to a node's manager interface in, replies and events out, with a deadline on each."""
