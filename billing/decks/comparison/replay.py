"""What last week's calls through a provider would have cost at the rates of a deck."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import Q

from billing.decks.comparison.comparing import PlannedRate, PresentRates, RateKey
from billing.decks.rows.lines import DeckRate
from billing.models import Cdr, Deck, Direction, Disposition
from billing.models.windows import load_windows
from billing.rating.called_numbers import key_of_record, origin_of
from billing.rating.durations import Rate, rate_duration
from billing.rating.key_patterns import Matches, compile_pattern
from billing.rating.price_book import DECK_DECIMALS, DECK_ROUNDING, Cadence
from billing.rating.time_windows import Window
from voipadmin.core.numbering_plan.queries import current_plan
from voipadmin.core.numbers.areas import home_area_of

ZERO = Decimal(0)
LOOKED_BACK = timedelta(days=7)
MOST_CUSTOMERS = 200


class ReplayedCall(NamedTuple):
    """What is read of a call, in the order of `_READ`."""

    called_number: str
    dialled: str
    dst: str
    src: str
    caller: str
    answered_at: datetime
    billable_seconds: Decimal
    price: Decimal
    cost: Decimal
    code: str | None
    own_number: str | None
    home_area: str | None


_READ = (*ReplayedCall._fields[:-3], "customer__code", "customer__caller_id_number", "customer__home_area")


@dataclass(slots=True)
class Replayed:
    """The calls of one customer: what they brought, what they cost, and what they would have cost."""

    calls: int = 0
    revenue: Decimal = ZERO
    cost: Decimal = ZERO
    new_cost: Decimal = ZERO


class NewCosts:
    """The rates as they would be: the longest prefix, then the longest origin, then certain hours before all.

    `windows` are the time windows by their keys.
    """

    def __init__(self, planned: list[PlannedRate], kept: PresentRates, windows: Mapping[str, Window]) -> None:
        self._windows = windows
        # By the digits that the called numbers' keys begin with.
        self._rates: dict[str, dict[RateKey, DeckRate]] = defaultdict(dict)
        for key, rates in kept.items():
            self._rates[_lead_of(key)][key] = max(rates).rate
        for item in planned:
            if item.change == "gone":
                self._rates[_lead_of(item.key)].pop(item.key, None)
            else:
                self._rates[_lead_of(item.key)][item.key] = item.rate

    def rate_of(self, number: str, origin: str, at: datetime) -> DeckRate | None:
        """Return what a call to the number of a key would be charged by, or None where the deck does not sell it."""
        for length in range(len(number), 0, -1):
            found = self._rates.get(number[:length])
            fitting = [key for key in found if self._holds(key, origin, at)] if found else []
            if found and fitting:
                rate = found[max(fitting, key=lambda key: (len(key.origin_prefix), bool(key.hours)))]
                return None if rate.is_blocked else rate
        return None

    def _holds(self, key: RateKey, origin: str, at: datetime) -> bool:
        window = self._windows.get(key.hours)
        return origin.startswith(key.origin_prefix) and (not key.hours or (window is not None and window.holds(at)))


def _lead_of(key: RateKey) -> str:
    return key.pattern if key.matches == Matches.NUMBER else compile_pattern(key.pattern, key.matches).lead


@lru_cache(maxsize=100_000)
def _as_rate(rate: DeckRate) -> Rate:
    counted = (rate.initial_block_seconds, rate.increment_seconds, rate.free_seconds)
    cadence = Cadence(*counted, DECK_ROUNDING, DECK_DECIMALS)
    return cadence.rate(
        rate.price_per_minute, rate.bands, connect_fee=rate.connect_fee, minimum_charge=rate.minimum_charge
    )


def replay(deck: Deck, planned: list[PlannedRate], kept: PresentRates, now: datetime) -> dict[str, Any]:
    """Return the margin of last week's answered calls as it was and as it would be, in all and by customer.

    `kept` is what a partial list leaves as it is.
    Only calls whose price and cost are both known in the deck's currency have a margin to compare.
    """
    costs = NewCosts(planned, kept, {str(key): window for key, window in load_windows().items()})
    customers: dict[str, Replayed] = defaultdict(Replayed)
    not_sold = 0
    calls = Cdr.objects.filter(
        Q(disposition=Disposition.ANSWERED, answered_at__isnull=False, price__isnull=False, cost__isnull=False),
        started_at__gte=now - LOOKED_BACK,
        gateway__provider=deck.provider_id,
        direction=Direction.OUTBOUND,
        currency=deck.currency,
        cost_currency=deck.currency,
    ).order_by()
    plan = current_plan()
    for call in map(ReplayedCall._make, calls.values_list(*_READ).iterator(5_000)):
        area = home_area_of(plan, customer_area=call.home_area or "", main_number=call.own_number or "")
        origin = origin_of(call.caller or call.src, call.own_number or "", plan, home_area=area)
        rate = costs.rate_of(key_of_record(call, plan, area), origin, call.answered_at)
        if rate is None:
            not_sold += 1
            continue
        entry = customers[call.code or ""]
        entry.calls += 1
        entry.revenue += call.price
        entry.cost += call.cost
        entry.new_cost += rate_duration(_as_rate(rate), call.billable_seconds).amount
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
