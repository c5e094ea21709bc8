"""Measurements: `make bench` prints one JSON line per figure, each beside a yardstick of the same run."""
