"""Customers, trunk addresses and extensions for tests."""

# mypy: allow-untyped-calls
# factory-boy's declarations carry no types.

import ipaddress

from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory

from customers.models import Customer, CustomerType, Extension, TrunkAddress

# RFC 2544's benchmark network: 131,072 addresses that nobody has.
FIRST_ADDRESS = ipaddress.IPv4Address("198.18.0.1")


class CustomerFactory(DjangoModelFactory[Customer]):
    """A trunk customer without an address; `type=CustomerType.EXTENSION` for the other kind."""

    class Meta:
        model = Customer

    code = Sequence(lambda n: f"CUST{n}")
    name = Sequence(lambda n: f"Customer {n} Ltda.")
    type = CustomerType.TRUNK


class TrunkAddressFactory(DjangoModelFactory[TrunkAddress]):
    """A single address of a trunk customer."""

    class Meta:
        model = TrunkAddress

    customer = SubFactory(CustomerFactory)
    network = Sequence(lambda n: str(FIRST_ADDRESS + n))


class ExtensionFactory(DjangoModelFactory[Extension]):
    """An extension of a customer of type extension."""

    class Meta:
        model = Extension

    customer = SubFactory(CustomerFactory, type=CustomerType.EXTENSION)
    number = Sequence(lambda n: str(1000 + n))
    caller_id_name = Sequence(lambda n: f"Desk {n}")
