"""What the rows of a price list say: in come rows and a Layout, out go lines, errors and questions."""
