"""The numbering app."""
