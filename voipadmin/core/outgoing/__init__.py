"""Letters that are tried again: rows of an app come in; letters go to the mail server, and what it said is kept."""
