"""Which carriers take a call, and in which order: pure."""

from collections.abc import Iterable
from decimal import Decimal

from billing.authorization.terms import Carrier, Price
from billing.rating import rate_duration


def total(price: Price, seconds: int) -> Decimal:
    """Return what a call of `seconds` comes to."""
    return rate_duration(price.rate, seconds).amount


def priced(carriers: Iterable[Carrier]) -> tuple[Carrier, ...]:
    """Return those with a price: one without is not cheap, it is out."""
    return tuple(carrier for carrier in carriers if carrier.price is not None)


def by_least_cost(carriers: Iterable[Carrier], seconds: int, currency: str) -> tuple[Carrier, ...]:
    """Order carriers by what the same expected call costs with each, the heavier first where it costs the same.

    Those that charge in another currency cannot be compared and come last, in the order in which they were.
    """

    def key(carrier: Carrier) -> tuple[bool, Decimal, int]:
        price = carrier.price
        comparable = price is not None and price.currency == currency
        return not comparable, total(price, seconds) if price and comparable else Decimal(0), -carrier.weight

    return tuple(sorted(priced(carriers), key=key))
