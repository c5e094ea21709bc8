"""Statements to pay: a period of an account's ledger comes in; a numbered document that never changes goes out."""
