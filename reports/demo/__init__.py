"""Demo data: a date comes in; a small Brazilian operator with two weeks of calls behind it goes out."""
