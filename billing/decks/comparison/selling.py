"""What prefixes are sold for, to be held against what they would cost; pure."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from billing.rating.durations import parse_bands
from billing.rating.key_patterns import KeyPattern, Matches, compile_pattern


class Sold(NamedTuple):
    """What a tariff sells a prefix for; `plan` is empty for the tariffs of everybody."""

    pattern: str
    plan: str
    per_minute: Decimal
    matches: str = Matches.NUMBER


def lowest_per_minute(price: Decimal, bands: str) -> Decimal:
    """Return the least that a minute brings, connect fee and minimum apart."""
    if not bands:
        return price
    return min(band.rate * 60 / band.unit for band in parse_bands(bands))


class Covering(NamedTuple):
    """A tariff by what it says of the keys that begin with a prefix; the greatest rank wins, as for a call."""

    pattern: KeyPattern
    per_minute: Decimal

    def covers(self, prefix: str, *, is_whole: bool) -> bool:
        """Tell whether it is for the keys of `prefix` at large: what it still asks of their rest is no one digit.

        A prefix that `is_whole` is one key itself, such as that of the code 103.
        """
        if is_whole:
            return self.pattern.matches(prefix)
        positions = self.pattern.positions
        if len(prefix) > len(positions) and not self.pattern.tail:
            return False
        if any(digit not in allowed for digit, allowed in zip(prefix, positions, strict=False)):
            return False
        return all(len(allowed) > 1 for allowed in positions[len(prefix) :])


class SellPrices:
    """What is sold, by plan and by the digits that it begins with."""

    def __init__(self, sold: Iterable[Sold]) -> None:
        lowest: dict[tuple[str, str, str], Decimal] = {}
        for item in sold:
            key = (item.plan, item.pattern, item.matches)
            lowest[key] = min(item.per_minute, lowest.get(key, item.per_minute))
        self._plans: dict[str, dict[str, list[Covering]]] = {}
        for (plan, pattern, matches), per_minute in lowest.items():
            compiled = compile_pattern(pattern, matches)
            placed = Covering(compiled, per_minute)
            self._plans.setdefault(plan, {}).setdefault(compiled.lead, []).append(placed)

    def below(self, prefix: str, cost: Decimal, matches: str = Matches.NUMBER) -> Decimal | None:
        """Return the lowest price of `prefix`, a deck's, in any plan where that is below `cost`, else None."""
        # A plain prefix is its own lead; lists have hundred thousands of them.
        is_plain = matches == Matches.NUMBER and prefix.isdigit() and not prefix.startswith("0")
        compiled = None if is_plain else compile_pattern(prefix, matches)
        lead, is_whole = (prefix, False) if compiled is None else (compiled.lead, not compiled.tail)
        prices = (_price_of(lead, by_lead, is_whole=is_whole) for by_lead in self._plans.values())
        return min((price for price in prices if price is not None and price < cost), default=None)


def _price_of(prefix: str, by_lead: Mapping[str, list[Covering]], *, is_whole: bool) -> Decimal | None:
    """Return what the numbers of `prefix` sell for in one plan; of tariffs of one rank the lowest counts."""
    leads = (by_lead.get(prefix[:length], ()) for length in range(len(prefix) + 1))
    covering = [sold for bucket in leads for sold in bucket if sold.covers(prefix, is_whole=is_whole)]
    if not covering:
        return None
    best = max(sold.pattern.rank for sold in covering)
    return min(sold.per_minute for sold in covering if sold.pattern.rank == best)
