"""Files of call records on pages: in come a file or a node's spool, out go a job that imports it and gaps."""
