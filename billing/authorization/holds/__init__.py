"""Money that live calls hold, in PostgreSQL: slices in, granted or what is left out; and what releases them."""
