"""What every app stands on: the kits of pages and API, numbers, sheets of rows, text grammars; no domain in it."""
