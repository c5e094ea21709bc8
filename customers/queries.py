"""Reads of customers and their addresses."""

from typing import Any

from customers.models import Customer, Extension, TrunkAddress
from voipadmin.core.numbers.number import Number
from voipadmin.core.numbers.plan import NumberingPlan


def primary_address(customer: Customer) -> TrunkAddress | None:
    """Return the address that is shown as the customer's trunk IP: the first by priority."""
    return customer.trunk_addresses.order_by("priority", "created_at", "pk").first()


def overlapping_address(network: str, *, except_for: Any = None) -> TrunkAddress | None:
    """Return an address that has at least one IP in common with `network`, of whatever customer, or None."""
    others = TrunkAddress.objects.exclude(pk=except_for).filter(network__overlaps=network)
    return others.select_related("customer").order_by("network").first()


def extensions_taking_codes(plan: NumberingPlan) -> list[tuple[Extension, Number]]:
    """Return the enabled extensions whose colleagues dial a code of the country for them, with that code."""
    rows = Extension.objects.filter(enabled=True).select_related("customer").defer("secret")
    found = ((extension, extension.code_taken(plan)) for extension in rows.iterator(chunk_size=2_000))
    return [(extension, code) for extension, code in found if code is not None]


def extension_areas() -> dict[str, str]:
    """Return by SIP user name the home areas of the extensions that have one of their own, which few do."""
    return dict(Extension.objects.exclude(home_area="").values_list("sip_username", "home_area"))
