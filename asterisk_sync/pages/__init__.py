"""The pages of nodes, runs, generations, drift and placement: requests in, HTML out."""
