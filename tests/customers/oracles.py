"""Whose calls come from an address, read apart from the product."""

from customers.models import Customer, TrunkAddress


def customer_of_address(address: str) -> Customer | None:
    """Return the customer whose trunk calls from `address`, or None; no two can match."""
    match = TrunkAddress.objects.filter(network__holds=address).select_related("customer").first()
    return match.customer if match else None
