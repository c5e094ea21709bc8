"""The page of any number: digits in, whose it is, what a call to it would take and cost, and its last calls out."""
