"""How each user has a list: a choice of columns, order and page size or a named view goes in, and is kept."""
