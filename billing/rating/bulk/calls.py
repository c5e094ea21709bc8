"""Records priced over arrays: the same ratings as `price_call` gives one by one."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Generic
from uuid import UUID

import numpy as np

from billing.rating.bulk.charges import Charges, Ints, RateTable
from billing.rating.bulk.matching import NOTHING, BulkIndex, microseconds_of
from billing.rating.bulk.numbers import PLACES, as_texts, codes_of, digits_of_texts
from billing.rating.calls import CallFacts, PricedCall, buying_of, reason_not_to_price, record_of
from billing.rating.durations import Band, Rate
from billing.rating.longest_match import AnyTariff, TariffIndex
from billing.rating.price_book import BuyPrice, PriceBook, PricedTariff

NO_RATE = Rate((Band(0, Decimal(0), 1, 1),))


class _Lookup(Generic[AnyTariff]):
    """An index in its two forms: for arrays, and for the numbers that are too long for these."""

    def __init__(self, index: TariffIndex[AnyTariff]) -> None:
        self.index, self._bulk = index, BulkIndex(index)

    def match(self, calls: Sequence[CallFacts]) -> list[AnyTariff | None]:
        """Return the tariff of each call; numbers that are too long for a word are looked up one by one."""
        texts = as_texts([call.number[:PLACES] for call in calls])
        at = np.array([microseconds_of(call.at) for call in calls], dtype=np.int64)
        origins = codes_of(digits_of_texts(as_texts([call.origin[:PLACES] for call in calls])))
        tariffs = self._bulk.tariffs
        places = self._bulk.match(texts, at, origins).tolist()
        found = [None if place == NOTHING else tariffs[place] for place in places]
        for position, call in enumerate(calls):
            if len(call.number) > PLACES:
                found[position] = self.index.match(call.number, call.at, call.origin)
        return found


class BulkPrices:
    """A price book prepared for arrays, each part when it is first asked for; a deck that was read again, again."""

    def __init__(self, book: PriceBook) -> None:
        self.book = book
        self._lookups: dict[int, _Lookup[PricedTariff]] = {}
        self._decks: dict[UUID, _Lookup[BuyPrice]] = {}

    def price_calls(self, calls: Sequence[CallFacts]) -> list[PricedCall]:
        """Return what `price_call` says of each call."""
        reasons = list(map(reason_not_to_price, calls))
        priced = iter(self._price([call for call, reason in zip(calls, reasons, strict=True) if not reason]))
        return [PricedCall(unrated_reason=reason) if reason else next(priced) for reason in reasons]

    def _price(self, calls: Sequence[CallFacts]) -> list[PricedCall]:
        sold, bought = self._sold(calls), self._bought(calls)
        buying = [buying_of(*facts) for facts in zip(calls, sold, bought, strict=True)]
        seconds = _seconds(calls)
        charges = _charge([tariff.sell if tariff else None for tariff in sold], seconds)
        costs = _charge([terms.rate if terms else None for terms in buying], seconds).amounts()
        return [
            record_of(call, tariff, charges.at(position) if tariff else None, terms, cost if terms else None)
            for position, (call, tariff, terms, cost) in enumerate(zip(calls, sold, buying, costs, strict=True))
        ]

    def _sold(self, calls: Sequence[CallFacts]) -> list[PricedTariff | None]:
        found: list[PricedTariff | None] = [None] * len(calls)
        for plan, positions in _grouped(call.plan_id for call in calls).items():
            lookups = [self._lookup(index) for index in self.book.indexes_for(plan)]
            _search(lookups, calls, positions, found)
        return found

    def _bought(self, calls: Sequence[CallFacts]) -> list[BuyPrice | None]:
        found: list[BuyPrice | None] = [None] * len(calls)
        providers = (call.provider_cost.provider_id if call.provider_cost else None for call in calls)
        for provider, positions in _grouped(providers).items():
            if provider is not None:
                _search([self._deck(provider)], calls, positions, found)
        return found

    def _lookup(self, index: TariffIndex[PricedTariff]) -> _Lookup[PricedTariff]:
        if id(index) not in self._lookups:
            self._lookups[id(index)] = _Lookup(index)
        return self._lookups[id(index)]

    def _deck(self, provider: UUID) -> _Lookup[BuyPrice]:
        deck, known = self.book.deck_of(provider), self._decks.get(provider)
        if known is None or known.index is not deck:
            known = self._decks[provider] = _Lookup(deck)
        return known


def _charge(rates: Sequence[Rate | None], seconds: Ints) -> Charges:
    """Charge each call by its rate; those without one get an amount that is not used."""
    places: dict[int, int] = {}
    known: list[Rate] = []
    which = []
    for rate in rates:
        place = places.get(id(rate))
        if place is None:
            place = places[id(rate)] = len(known)
            known.append(rate or NO_RATE)
        which.append(place)
    return RateTable(known).charge(np.array(which, dtype=np.int64), seconds)


def _search(
    lookups: Sequence[_Lookup[AnyTariff]],
    calls: Sequence[CallFacts],
    positions: Sequence[int],
    found: list[AnyTariff | None],
) -> None:
    """Fill in `found`: the first index that knows the number of a call decides."""
    waiting = [position for position in positions if calls[position].number]
    for lookup in lookups:
        matches = lookup.match([calls[position] for position in waiting])
        for position, tariff in zip(waiting, matches, strict=True):
            found[position] = tariff
        waiting = [position for position in waiting if found[position] is None]


def _grouped(keys: Iterable[UUID | None]) -> dict[UUID | None, list[int]]:
    groups: dict[UUID | None, list[int]] = defaultdict(list)
    for position, key in enumerate(keys):
        groups[key].append(position)
    return groups


def _seconds(calls: Sequence[CallFacts]) -> Ints:
    return np.array([math.ceil(call.charged_seconds) for call in calls], dtype=np.int64)
