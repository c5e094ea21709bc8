"""What prefixes are sold for, to be held against what they would cost; pure."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from billing.rating import parse_bands


class Sold(NamedTuple):
    """What a tariff sells a prefix for; `plan` is empty for the tariffs of everybody."""

    pattern: str
    plan: str
    per_minute: Decimal


def lowest_per_minute(price: Decimal, bands: str) -> Decimal:
    """Return the least that a minute brings, connect fee and minimum apart."""
    if not bands:
        return price
    return min(band.rate * 60 / band.unit for band in parse_bands(bands))


class SellPrices:
    """The prefixes that are sold, by plan: the longest one counts, as it does for a call."""

    def __init__(self, sold: Iterable[Sold]) -> None:
        self._plans: dict[str, dict[str, Decimal]] = {}
        for item in sold:
            if item.pattern.isdigit():
                prices = self._plans.setdefault(item.plan, {})
                prices[item.pattern] = min(item.per_minute, prices.get(item.pattern, item.per_minute))

    def below(self, prefix: str, cost: Decimal) -> Decimal | None:
        """Return the lowest price of `prefix` in any plan where that is below `cost`, else None."""
        lowest: Decimal | None = None
        for prices in self._plans.values():
            price = next((prices[prefix[:n]] for n in range(len(prefix), 0, -1) if prefix[:n] in prices), None)
            if price is not None and price < cost and (lowest is None or price < lowest):
                lowest = price
        return lowest
