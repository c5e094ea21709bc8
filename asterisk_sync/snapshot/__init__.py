"""What one node has to run: rows of one transaction in, frozen values without an ORM out."""
