"""Where call records are kept: in come the records of lines, out go rows, attributed, priced and charged."""
