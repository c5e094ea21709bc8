"""The release that runs."""

VERSION = "1.0.0"
