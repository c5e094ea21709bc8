"""The list of an entity on a page: in comes a list's address and who looks, out go rows, columns, menus and files."""
