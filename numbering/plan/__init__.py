"""The pages of the numbering plan, whose rows stand in core: customers and routes are read by them too."""
