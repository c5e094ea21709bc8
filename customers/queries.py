"""Reads of customers and their addresses."""

from typing import Any

from customers.models import Customer, Extension, TrunkAddress


def primary_address(customer: Customer) -> TrunkAddress | None:
    """Return the address that is shown as the customer's trunk IP: the first by priority."""
    return customer.trunk_addresses.order_by("priority", "created_at", "pk").first()


def overlapping_address(network: str, *, except_for: Any = None) -> TrunkAddress | None:
    """Return an address that has at least one IP in common with `network`, of whatever customer, or None."""
    others = TrunkAddress.objects.exclude(pk=except_for).filter(network__overlaps=network)
    return others.select_related("customer").order_by("network").first()


def extension_areas() -> dict[str, str]:
    """Return by SIP user name the home areas of the extensions that have one of their own, which few do."""
    return dict(Extension.objects.exclude(home_area="").values_list("sip_username", "home_area"))
