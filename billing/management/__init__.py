"""Commands of billing: a line of a shell comes in; one call of the domain and an exit code go out."""
