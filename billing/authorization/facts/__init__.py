"""What the rules look up, read from the database and kept in memory: accounts, routes, prices, quality."""
