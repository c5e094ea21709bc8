"""Which saved object touches which node: signals in, a raised `desired_generation` and a woken worker out."""
