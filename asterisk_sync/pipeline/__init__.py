"""The run that tells it all: a node that is behind in, its recorded run (applied, refused, rolled back) out."""
