"""Calls that were refused: rows in, the pages and the API that show them out."""
