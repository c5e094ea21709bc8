"""The calls of a filter as a file: records come in; CSV for people or programs, or a workbook, goes out."""
