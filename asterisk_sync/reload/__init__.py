"""Reloads Asterisk and reads back: an expected configuration in, how the running Asterisk differs from it out."""
