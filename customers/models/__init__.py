"""Customers, the addresses of their trunks and their extensions."""

from customers.models.customer import Customer, CustomerStatus, CustomerType
from customers.models.extension import Extension, generate_sip_secret, generate_sip_username
from customers.models.trunk_address import Transport, TrunkAddress

__all__ = [
    "Customer",
    "CustomerStatus",
    "CustomerType",
    "Extension",
    "Transport",
    "TrunkAddress",
    "generate_sip_secret",
    "generate_sip_username",
]
