"""What last week's calls through a provider would have cost at the rates of a deck."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q

from billing.decks.comparison.comparing import PlannedRate, PresentRates, RateKey
from billing.decks.rows.lines import DeckRate
from billing.models import Cdr, Deck, Direction, Disposition
from billing.models.windows import load_windows
from billing.rating.called_numbers import endpoint_of, key_of_record, origin_of_record
from billing.rating.durations import Rate, rate_duration
from billing.rating.key_patterns import Matches, compile_pattern
from billing.rating.longest_match import TariffIndex
from billing.rating.price_book import DECK_DECIMALS, DECK_ROUNDING, BuyPrice, Cadence, DeckIndex
from billing.rating.time_windows import Window
from customers.queries import extension_areas
from voipadmin.core.numbering_plan.queries import PlansByDay
from voipadmin.core.numbers.areas import home_area_of

ZERO = Decimal(0)
LOOKED_BACK = timedelta(days=7)
MOST_CUSTOMERS = 200
ANY_RATE = UUID(int=0)


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
    origin: str | None
    channel: str
    started_at: datetime
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
    """The rates as they would be, looked up as billing looks up a provider's.

    `windows` are the time windows by their keys.
    """

    def __init__(self, planned: list[PlannedRate], kept: PresentRates, windows: Mapping[str, Window]) -> None:
        self._windows = windows
        # By the digits that the keys of the called numbers begin with.
        self._rates: dict[str, dict[RateKey, DeckRate]] = defaultdict(dict)
        # A list has hundreds of thousands of rates, of which a week's calls need few: these alone are prepared.
        self._prepared: dict[str, DeckIndex] = {}
        for key, rates in kept.items():
            self._rates[_lead_of(key)][key] = max(rates).rate
        for item in planned:
            if item.change == "gone":
                self._rates[_lead_of(item.key)].pop(item.key, None)
            else:
                self._rates[_lead_of(item.key)][item.key] = item.rate

    def rate_of(self, number: str, origin: str, at: datetime) -> Rate | None:
        """Return what a call to the number of a key would be charged by, or None where the deck does not sell it."""
        found = self._rates_at(number).match(number, at, origin)
        return None if found is None or found.is_blocked else found.rate

    def _rates_at(self, number: str) -> DeckIndex:
        """Return the rates that begin as a number does; the longest beginning tells which all of them are."""
        longest = next((number[:length] for length in range(len(number), -1, -1) if number[:length] in self._rates), "")
        prepared = self._prepared.get(longest)
        if prepared is None:
            leads = [longest[:length] for length in range(len(longest) + 1)]
            prices = [self._price(key, rate) for lead in leads for key, rate in self._rates.get(lead, {}).items()]
            prepared = self._prepared[longest] = TariffIndex(price for price in prices if price is not None)
        return prepared

    def _price(self, key: RateKey, rate: DeckRate) -> BuyPrice | None:
        """Return a rate as billing has it, in force at any time, or None where its hours are gone."""
        if key.hours and key.hours not in self._windows:
            return None
        return BuyPrice(
            id=ANY_RATE,
            pattern=key.pattern,
            matches=key.matches,
            effective_from=datetime.min.replace(tzinfo=UTC),
            effective_until=None,
            currency="",
            cadence=Cadence(
                rate.initial_block_seconds, rate.increment_seconds, rate.free_seconds, DECK_ROUNDING, DECK_DECIMALS
            ),
            per_minute=rate.price_per_minute,
            connect_fee=rate.connect_fee,
            minimum_charge=rate.minimum_charge,
            is_blocked=rate.is_blocked,
            origin_prefix=key.origin_prefix,
            window=self._windows.get(key.hours),
            bands=rate.bands,
        )


def _lead_of(key: RateKey) -> str:
    # Of a list's many prefixes of numbers nothing has to be compiled.
    is_prefix = key.matches == Matches.NUMBER and key.pattern.isdigit()
    return key.pattern if is_prefix else compile_pattern(key.pattern, key.matches).lead


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
    areas, plans = extension_areas(), PlansByDay()
    for call in map(ReplayedCall._make, calls.values_list(*_READ).iterator(5_000)):
        plan = plans.at(call.started_at)
        area = home_area_of(
            plan,
            extension_area=areas.get(endpoint_of(call.channel), ""),
            customer_area=call.home_area or "",
            main_number=call.own_number or "",
        )
        origin = origin_of_record(call, call.own_number or "", plan, area)
        rate = costs.rate_of(key_of_record(call, plan, area), origin, call.answered_at)
        if rate is None:
            not_sold += 1
            continue
        entry = customers[call.code or ""]
        entry.calls += 1
        entry.revenue += call.price
        entry.cost += call.cost
        entry.new_cost += rate_duration(rate, call.billable_seconds).amount
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
