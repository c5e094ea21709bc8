"""The routing app."""
