"""Telephone numbers, pure: what was dialled or sent in; one value that is judged, priced, sent and billed out."""
