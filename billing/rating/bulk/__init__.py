"""Rating over arrays, a million calls a second: calls come in; what rating them one by one gives goes out."""
