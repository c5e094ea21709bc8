"""What one cell of a price list says: in comes its text, out go prefixes, days, intervals and words, or a CellError."""
