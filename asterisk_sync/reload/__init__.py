"""Reloads and read-back: an expected configuration in, what the running Asterisk has otherwise out."""
