"""A statement as a file: what was kept of it comes in; CSV for people or programs, or a workbook, goes out."""
