"""Webhooks: a body and an address go in, one signed request to a permitted target goes out, and what it answered."""
