"""Files of call records read from beginning to end: in come a node's spool and files of others, out go stored calls."""
