"""Tariffs: what an operator enters in, the price book of every moment out."""
