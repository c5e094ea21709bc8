"""What an installation needs around the program: configuration, units, and the engines of a trial."""
