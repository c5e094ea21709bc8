"""Conferences: what people want of them in, calls and a room on the node out."""
