"""Customers: what people enter about a company comes in; its trunk addresses and extensions go out."""
