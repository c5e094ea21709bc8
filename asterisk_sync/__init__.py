"""Nodes and the pipeline that brings the database to them."""
