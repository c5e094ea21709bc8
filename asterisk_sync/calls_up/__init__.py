"""Calls up now: what the nodes tell of their calls comes in; the page, the API and the wish to end calls go out."""
