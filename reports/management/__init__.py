"""Commands of reports: spool files, or a date for the demo, come in; call records and demo data go out."""
