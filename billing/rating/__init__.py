"""Rating without an ORM: the facts of a call and a price book come in; its charge, cost and margin go out."""
