"""Stopped accounts: an account in, its stop in the database and in the nodes' files out."""
