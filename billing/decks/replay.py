"""What last week's calls through a provider would have cost at the rates of a deck."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import Q

from billing.decks.comparing import PlannedRate, PresentRates
from billing.decks.lines import DeckRate
from billing.models import Cdr, Deck, Direction
from billing.rating.durations import Rate, rate_duration, simple_rate

ZERO = Decimal(0)
LOOKED_BACK = timedelta(days=7)
MOST_CUSTOMERS = 200


@dataclass(slots=True)
class Replayed:
    """The calls of one customer: what they brought, what they cost, and what they would have cost."""

    calls: int = 0
    revenue: Decimal = ZERO
    cost: Decimal = ZERO
    new_cost: Decimal = ZERO


class NewCosts:
    """The rates as they would be: the longest prefix, then the longest origin."""

    def __init__(self, planned: list[PlannedRate], kept: PresentRates) -> None:
        self._rates: dict[str, dict[str, DeckRate]] = defaultdict(dict)
        for (pattern, origin), rates in kept.items():
            self._rates[pattern][origin] = max(rates).rate
        for item in planned:
            if item.change == "gone":
                self._rates[item.key.pattern].pop(item.key.origin_prefix, None)
            else:
                self._rates[item.key.pattern][item.key.origin_prefix] = item.rate

    def rate_of(self, number: str, origin: str) -> DeckRate | None:
        """Return what a call would be charged by, or None where the deck does not sell it."""
        for length in range(len(number), 0, -1):
            found = self._rates.get(number[:length])
            fitting = [key for key in found if origin.startswith(key)] if found else []
            if found and fitting:
                rate = found[max(fitting, key=len)]
                return None if rate.is_blocked else rate
        return None


@lru_cache(maxsize=100_000)
def _as_rate(deck_rate: DeckRate) -> Rate:
    return simple_rate(
        per_minute=deck_rate.price_per_minute,
        initial_block=deck_rate.initial_block_seconds,
        increment=deck_rate.increment_seconds,
        connect_fee=deck_rate.connect_fee,
        free_seconds=deck_rate.free_seconds,
        minimum_charge=deck_rate.minimum_charge,
        decimals=6,
    )


def replay(deck: Deck, planned: list[PlannedRate], kept: PresentRates, now: datetime) -> dict[str, Any]:
    """Return the margin of last week's answered calls as it was and as it would be, in all and by customer.

    `kept` is what a partial list leaves as it is.
    Only calls whose price and cost are both known in the deck's currency have a margin to compare.
    """
    costs = NewCosts(planned, kept)
    customers: dict[str, Replayed] = defaultdict(Replayed)
    not_sold = 0
    calls = Cdr.objects.filter(
        Q(answered_at__isnull=False, price__isnull=False, cost__isnull=False),
        started_at__gte=now - LOOKED_BACK,
        gateway__provider=deck.provider_id,
        direction=Direction.OUTBOUND,
        currency=deck.currency,
        cost_currency=deck.currency,
    ).order_by()
    fields = ("customer__code", "dialled", "dst", "src", "caller", "billable_seconds", "price", "cost")
    for code, dialled, dst, src, caller, seconds, price, cost in calls.values_list(*fields).iterator(5_000):
        rate = costs.rate_of((dialled or dst).removeprefix("+"), (caller or src).removeprefix("+"))
        if rate is None:
            not_sold += 1
            continue
        entry = customers[code or ""]
        entry.calls += 1
        entry.revenue += price
        entry.cost += cost
        entry.new_cost += rate_duration(_as_rate(rate), seconds).amount
    return _summary(customers, not_sold)


def _summary(customers: dict[str, Replayed], not_sold: int) -> dict[str, Any]:
    total = Replayed()
    for entry in customers.values():
        total.calls += entry.calls
        total.revenue += entry.revenue
        total.cost += entry.cost
        total.new_cost += entry.new_cost
    worst = sorted(customers.items(), key=lambda item: item[1].revenue - item[1].new_cost)
    losing = [(code, entry) for code, entry in worst if entry.new_cost > entry.revenue]
    return {
        "all": _kept(total),
        "not_sold": not_sold,
        "losing": len(losing),
        "customers": [{"code": code, **_kept(entry)} for code, entry in losing[:MOST_CUSTOMERS]],
    }


def _kept(entry: Replayed) -> dict[str, Any]:
    return {
        "calls": entry.calls,
        "revenue": str(entry.revenue),
        "margin": str(entry.revenue - entry.cost),
        "new_margin": str(entry.revenue - entry.new_cost),
        "at_risk": str(entry.new_cost - entry.cost),
    }
