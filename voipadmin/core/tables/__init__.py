"""The kit of tables: rows in, an HTML table with badges and links, or a CSV file, out."""
