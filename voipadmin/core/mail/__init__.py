"""Letters: a template, its words and who gets it come in; text and HTML in the reader's language go to the server."""
