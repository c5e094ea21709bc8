"""A provider's list of numbers: a file or its rows of cells in; columns, questions, faults and imported DIDs out."""
