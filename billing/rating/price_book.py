"""What prices are looked up in: the customers' plans, the tariffs of everybody, the carriers' decks. Pure."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from billing.rating.durations import ZERO, Rate, RoundingMethod, parse_bands, simple_rate
from billing.rating.key_patterns import Matches
from billing.rating.longest_match import TariffIndex
from billing.rating.time_windows import Window

# Carriers name no rounding: what they charge is kept as exactly as a record can.
DECK_ROUNDING, DECK_DECIMALS = "half_up", 6


class Cadence(NamedTuple):
    """How a tariff counts and rounds; the buy side is counted the same way where no deck says otherwise."""

    initial_block: int
    increment: int
    free_seconds: int
    rounding: str
    decimals: int

    def rate(
        self, per_minute: Decimal, bands: str = "", *, connect_fee: Decimal = ZERO, minimum_charge: Decimal = ZERO
    ) -> Rate:
        """Return the rate of `per_minute` in this cadence; equal ones are one and the same.

        `bands` say price, initial block and increment themselves, in place of the others.
        """
        if bands:
            return _banded_rate(self, bands, connect_fee, minimum_charge)
        return _rate_of(self, per_minute, connect_fee, minimum_charge)


@lru_cache(maxsize=65_536)
def _rate_of(cadence: Cadence, per_minute: Decimal, connect_fee: Decimal, minimum_charge: Decimal) -> Rate:
    return simple_rate(
        per_minute=per_minute,
        initial_block=cadence.initial_block,
        increment=cadence.increment,
        connect_fee=connect_fee,
        free_seconds=cadence.free_seconds,
        minimum_charge=minimum_charge,
        rounding=cadence.rounding,
        decimals=cadence.decimals,
    )


@lru_cache(maxsize=65_536)
def _banded_rate(cadence: Cadence, bands: str, connect_fee: Decimal, minimum_charge: Decimal) -> Rate:
    rounding = RoundingMethod(cadence.rounding)
    return Rate(parse_bands(bands), connect_fee, cadence.free_seconds, minimum_charge, rounding, cadence.decimals)


@dataclass(frozen=True, slots=True)
class PricedTariff:
    """A tariff, ready to price calls; `buy` is None where it names no cost, `plan_id` where it is for everybody."""

    id: UUID
    pattern: str
    effective_from: datetime
    effective_until: datetime | None
    currency: str
    cadence: Cadence
    sell: Rate
    buy: Rate | None
    sell_text: str
    plan_id: UUID | None = None
    origin_prefix: str = ""
    window: Window | None = None
    matches: str = Matches.NUMBER


@dataclass(frozen=True, slots=True)
class BuyPrice:
    """A line of a carrier's deck, ready to price calls; a blocked one says that the carrier does not sell there."""

    id: UUID
    pattern: str
    effective_from: datetime
    effective_until: datetime | None
    currency: str
    cadence: Cadence
    per_minute: Decimal
    connect_fee: Decimal = ZERO
    minimum_charge: Decimal = ZERO
    is_blocked: bool = False
    origin_prefix: str = ""
    window: Window | None = None
    bands: str = ""
    matches: str = Matches.NUMBER

    @property
    def rate(self) -> Rate:
        """Return how calls are charged: by the bands where there are any, else by price, block and increment."""
        fees = {"connect_fee": self.connect_fee, "minimum_charge": self.minimum_charge}
        return self.cadence.rate(self.per_minute, self.bands, **fees)


DeckIndex = TariffIndex[BuyPrice]
NO_TARIFFS: TariffIndex[PricedTariff] = TariffIndex(())
NO_DECK: DeckIndex = TariffIndex(())


def _no_deck(_provider_id: UUID) -> DeckIndex:
    return NO_DECK


class PriceBook:
    """Tariffs by plan, and decks by provider.

    `strict_plans` are those that do not fall back; `deck_of` returns a provider's deck when it is first asked for.
    """

    def __init__(
        self,
        tariffs: Iterable[PricedTariff] = (),
        *,
        strict_plans: Collection[UUID] = (),
        deck_of: Callable[[UUID], DeckIndex] = _no_deck,
    ) -> None:
        by_plan = sorted(tariffs, key=lambda tariff: str(tariff.plan_id or ""))
        self._plans = {plan: TariffIndex(group) for plan, group in groupby(by_plan, lambda tariff: tariff.plan_id)}
        self._strict = frozenset(strict_plans)
        self._deck_of = deck_of

    def match(self, key: str, at: datetime, origin: str = "", plan_id: UUID | None = None) -> PricedTariff | None:
        """Return the tariff of a call to a key: the plan's own, else one without a plan where the plan allows it."""
        for index in self.indexes_for(plan_id):
            found = index.match(key, at, origin)
            if found is not None:
                return found
        return None

    def matches_within(
        self, key: str, span: tuple[datetime, datetime], origin: str = "", plan_id: UUID | None = None
    ) -> list[PricedTariff]:
        """Return the tariffs of a call to a key that is answered at any moment of a span, the end included."""
        after, until = span
        moments = {after}.union(*(index.changes(key, origin, after, until) for index in self.indexes_for(plan_id)))
        found = [self.match(key, moment, origin, plan_id) for moment in sorted(moments)]
        return list({tariff.id: tariff for tariff in found if tariff is not None}.values())

    def indexes_for(self, plan_id: UUID | None) -> tuple[TariffIndex[PricedTariff], ...]:
        """Return the indexes that a customer's calls are looked up in: the first one that knows a tariff decides."""
        everybodys = self._plans.get(None, NO_TARIFFS)
        if plan_id is None:
            return (everybodys,)
        own = self._plans.get(plan_id, NO_TARIFFS)
        return (own,) if plan_id in self._strict else (own, everybodys)

    def deck_of(self, provider_id: UUID) -> DeckIndex:
        """Return a provider's deck."""
        return self._deck_of(provider_id)

    def buy_price(self, provider_id: UUID, key: str, at: datetime, origin: str = "") -> BuyPrice | None:
        """Return the line of a provider's deck that a call to the number of `key` falls under, or None."""
        return self._deck_of(provider_id).match(key, at, origin)
