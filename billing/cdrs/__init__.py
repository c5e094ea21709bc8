"""Call records: spool lines in, attributed, priced and charged records out."""
