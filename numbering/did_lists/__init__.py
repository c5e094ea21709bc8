"""A provider's list of numbers: rows of cells in; columns, numbers, values, questions and faults out."""
