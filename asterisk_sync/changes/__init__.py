"""Which saved object changes which nodes: signals in, a raised `desired_generation` and a woken worker out."""
