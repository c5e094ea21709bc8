"""Files of rows as people send them: CSV and XLSX in, cells with their place or input errors out."""
