"""Fills a database with a carrier's inventory and a year of its calls: a size comes in, tables that are full go out."""
