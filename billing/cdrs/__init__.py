"""Call records: spool lines come in; attributed, priced and charged records, and rejected lines, go out."""
