"""The kit of reports: columns and rows come in; a table on a page, a CSV file or a workbook goes out."""
