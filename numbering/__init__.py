"""Numbers: ranges and lists of DIDs come in; whose each number is, and where its calls go, goes out."""
