"""What the columns of a price list are: in come its first rows, out goes a Layout with the parser of each column."""
