"""Brings the database to the nodes: a saved object in, a verified configuration in a running Asterisk out."""
