"""Carriers' price lists: a file comes in; after a preview and its questions, the provider's buy rates go out."""
