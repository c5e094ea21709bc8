"""Tokens of the API: a name, a password and a code come in; a signed token, and whose a request is by it, goes out."""
