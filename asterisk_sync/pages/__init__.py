"""The pages of nodes, runs, generations and drift: requests in, HTML out."""
