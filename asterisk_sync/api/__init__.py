"""The REST API of nodes, generations and placement: requests in, JSON out."""
