"""Tariffs: what an operator enters comes in; the price book from which every call is priced goes out."""
