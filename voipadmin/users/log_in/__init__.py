"""Log-in: passwords and codes come in; a session goes out, or how long the next attempt has to wait."""
