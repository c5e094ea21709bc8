"""What calls that go on have cost so far: their rates are looked up once, at the answer; each second is arithmetic."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

import numpy as np

from asterisk_sync.live.calls import CallUp
from billing.rating.bulk.charges import RateTable
from billing.rating.calls import OUTBOUND, CallFacts, ProviderCost, buying_of
from billing.rating.durations import Rate
from billing.rating.price_book import PriceBook
from billing.tariffs.partial_book import PartialPrices


class PricedBy(NamedTuple):
    """The rates that a call is charged and costs by; None where it has no price, or nobody names a cost."""

    sell: Rate | None = None
    currency: str = ""
    buy: Rate | None = None
    cost_currency: str = ""


@dataclass(frozen=True, slots=True)
class PricingFacts:
    """What decides a call's price: the number's key, origin and plan of its customer, what its gateway costs."""

    number: str
    origin: str = ""
    plan_id: UUID | None = None
    provider_cost: ProviderCost | None = None


@dataclass
class CallPricer:
    """Keeps the rates of answered calls by the calls' keys, for as long as they go on."""

    _prices: PartialPrices = field(default_factory=PartialPrices)
    _rates: dict[tuple[str, str], PricedBy] = field(default_factory=dict)

    def unpriced(self, calls: Iterable[CallUp]) -> list[CallUp]:
        """Return the outgoing calls that were answered and whose rates are not known yet."""
        return [call for call in calls if _is_charged(call) and _place(call) not in self._rates]

    def look_up(self, facts: Mapping[str, PricingFacts], calls: Sequence[CallUp]) -> None:
        """Find the rates of calls by the tariffs and decks in force when each was answered, in a few queries."""
        answers = [call.answered_at for call in calls if call.answered_at]
        if not answers:
            return
        known = [facts[call.key] for call in calls if call.key in facts]
        costs = [item.provider_cost for item in known if item.provider_cost is not None]
        providers = {cost.provider_id for cost in costs if cost.provider_id is not None}
        book = self._prices.book_for({item.number for item in known if item.number}, providers, min(answers))
        for call in calls:
            self._rates[_place(call)] = _priced_by(call, facts.get(call.key), book)

    def priced(self, calls: Sequence[CallUp], now: datetime) -> tuple[CallUp, ...]:
        """Return the calls with what a record that ended `now` would be charged; rates of ended calls are forgotten."""
        self._rates = {place: self._rates[place] for call in calls if (place := _place(call)) in self._rates}
        charged = [call for call in calls if _is_charged(call) and _place(call) in self._rates]
        rates = [self._rates[_place(call)] for call in charged]
        seconds = [_seconds(call, now) for call in charged]
        prices = amounts([item.sell for item in rates], seconds)
        costs = amounts([item.buy for item in rates], seconds)
        with_money = {
            call.key: _with_money(call, by, price, cost)
            for call, by, price, cost in zip(charged, rates, prices, costs, strict=True)
        }
        return tuple(with_money.get(call.key, call) for call in calls)


def amounts(rates: Sequence[Rate | None], seconds: Sequence[int]) -> list[Decimal | None]:
    """Return what calls of so many begun seconds are charged, computed over arrays; None for those without a rate."""
    known = list({rate: None for rate in rates if rate is not None})
    if not known:
        return [None] * len(rates)
    places = {rate: place for place, rate in enumerate(known)}
    which = np.array([0 if rate is None else places[rate] for rate in rates], dtype=np.int64)
    charged = RateTable(known).charge(which, np.array(seconds, dtype=np.int64)).amounts()
    return [None if rate is None else amount for rate, amount in zip(rates, charged, strict=True)]


def _place(call: CallUp) -> tuple[str, str]:
    """Return under what a call's rates are kept: a gateway that is tried after another has other ones."""
    return call.key, call.gateway_id


def _is_charged(call: CallUp) -> bool:
    return call.direction == OUTBOUND and call.is_up and call.answered_at is not None


def _seconds(call: CallUp, now: datetime) -> int:
    """Return the seconds that have begun."""
    return max(0, math.ceil((now - (call.answered_at or now)).total_seconds()))


def _priced_by(call: CallUp, facts: PricingFacts | None, book: PriceBook) -> PricedBy:
    if facts is None or not facts.number or call.answered_at is None:
        return PricedBy()
    record = CallFacts(
        OUTBOUND, facts.number, call.answered_at, 0, facts.provider_cost, origin=facts.origin, plan_id=facts.plan_id
    )
    tariff = book.match(facts.number, call.answered_at, facts.origin, facts.plan_id)
    provider = facts.provider_cost.provider_id if facts.provider_cost else None
    bought = book.buy_price(provider, facts.number, call.answered_at, facts.origin) if provider else None
    buying = buying_of(record, tariff, bought)
    return PricedBy(
        tariff.sell if tariff else None,
        tariff.currency if tariff else "",
        buying.rate if buying else None,
        buying.currency if buying else "",
    )


def _with_money(call: CallUp, by: PricedBy, price: Decimal | None, cost: Decimal | None) -> CallUp:
    comparable = price is not None and cost is not None and by.currency == by.cost_currency
    return call._replace(
        price=price,
        currency=by.currency or call.currency,
        cost=cost,
        cost_currency=by.cost_currency,
        margin=price - cost if comparable and price is not None and cost is not None else None,
    )
