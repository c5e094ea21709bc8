"""Users: names, passwords, codes and tokens come in; who somebody is, and may do, goes out."""
