"""Rating over arrays, a million calls a second: arrays of calls in, the charges that the scalar form would give out."""
