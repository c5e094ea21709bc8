"""Customers' money: accounts, their ledger, what is charged each month, statements."""
