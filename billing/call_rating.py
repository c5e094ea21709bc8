"""What a call is charged and what it cost: pure, from the facts of the call and an index of tariffs."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from uuid import UUID

from billing.rating import ZERO, Rate, rate_duration, simple_rate
from billing.tariff_matching import TariffIndex

OUTBOUND, INBOUND, INTERNAL = "outbound", "inbound", "internal"
# Directions that are never charged, with the reason that their records carry.
NOT_CHARGED = {INBOUND: "inbound", INTERNAL: "internal"}
FROM_DECK, FROM_TARIFF, FROM_PROVIDER, FROM_NOWHERE = "deck", "tariff", "provider", "none"


@dataclass(frozen=True, slots=True)
class Cadence:
    """How a tariff counts and rounds; the buy side is counted the same way."""

    initial_block: int
    increment: int
    free_seconds: int
    rounding: str
    decimals: int

    def rate(self, per_minute: Decimal, *, connect_fee: Decimal = ZERO, minimum_charge: Decimal = ZERO) -> Rate:
        """Return the rate of `per_minute` in this cadence."""
        return simple_rate(
            per_minute=per_minute,
            initial_block=self.initial_block,
            increment=self.increment,
            connect_fee=connect_fee,
            free_seconds=self.free_seconds,
            minimum_charge=minimum_charge,
            rounding=self.rounding,
            decimals=self.decimals,
        )


# A carrier's minutes where no tariff says how to count them: each second that has begun.
BY_THE_SECOND = Cadence(1, 1, 0, "half_up", 6)


@dataclass(frozen=True, slots=True)
class PricedTariff:
    """A tariff, ready to price calls; `buy` is None where the cost is the provider's."""

    id: UUID
    pattern: str
    effective_from: datetime
    effective_until: datetime | None
    currency: str
    cadence: Cadence
    sell: Rate
    buy: Rate | None
    sell_text: str


@dataclass(frozen=True, slots=True)
class ProviderCost:
    """What the provider behind the gateway that carried the call takes per minute."""

    per_minute: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What of a call decides its price. `numbers` are the called number's forms, the best one first."""

    direction: str
    numbers: tuple[str, ...]
    at: datetime
    billable_seconds: Decimal
    provider_cost: ProviderCost | None


@dataclass(frozen=True, slots=True)
class PricedCall:
    """The money columns of a call record, by their names there."""

    tariff_id: UUID | None = None
    matched_pattern: str = ""
    applied_rate: str = ""
    billed_seconds: int | None = None
    price: Decimal | None = None
    cost: Decimal | None = None
    margin: Decimal | None = None
    currency: str = ""
    cost_currency: str = ""
    cost_source: str = FROM_NOWHERE
    unrated_reason: str = ""


def price_call(call: CallFacts, tariffs: TariffIndex[PricedTariff]) -> PricedCall:
    """Price one record: an outgoing call by the tariff in force, with its cost; the others say why they have none.

    A call that no tariff matches is unrated, never free; what it cost is still known where the provider's cost is.
    """
    if call.direction != OUTBOUND:
        return PricedCall(unrated_reason=NOT_CHARGED.get(call.direction, "direction"))
    numbers = [number for number in map(digits_of, call.numbers) if number]
    if not numbers:
        return _unrated(call, "no_number")
    for number in numbers:
        tariff = tariffs.match(number, call.at)
        if tariff is not None:
            return _priced(call, tariff)
    return _unrated(call, "no_tariff")


def digits_of(number: str) -> str:
    """Return the number without its plus, or nothing where it is no number."""
    digits = number.removeprefix("+")
    return digits if digits.isascii() and digits.isdigit() else ""


def _priced(call: CallFacts, tariff: PricedTariff) -> PricedCall:
    charge = rate_duration(tariff.sell, call.billable_seconds)
    cost, currency, source = _cost(call, tariff)
    return PricedCall(
        tariff_id=tariff.id,
        matched_pattern=tariff.pattern,
        applied_rate=tariff.sell_text,
        billed_seconds=charge.billed_seconds,
        price=charge.amount,
        cost=cost,
        # Amounts of two currencies have no difference.
        margin=charge.amount - cost if cost is not None and currency == tariff.currency else None,
        currency=tariff.currency,
        cost_currency=currency,
        cost_source=source,
    )


def _cost(call: CallFacts, tariff: PricedTariff) -> tuple[Decimal | None, str, str]:
    if tariff.buy is not None:
        return rate_duration(tariff.buy, call.billable_seconds).amount, tariff.currency, FROM_TARIFF
    provider = call.provider_cost
    if provider is not None:
        rate = _cost_rate(tariff.cadence, provider.per_minute)
        return rate_duration(rate, call.billable_seconds).amount, provider.currency, FROM_PROVIDER
    return None, "", FROM_NOWHERE


def _unrated(call: CallFacts, reason: str) -> PricedCall:
    provider = call.provider_cost
    if provider is None:
        return PricedCall(unrated_reason=reason)
    cost = rate_duration(_cost_rate(BY_THE_SECOND, provider.per_minute), call.billable_seconds).amount
    return PricedCall(cost=cost, cost_currency=provider.currency, cost_source=FROM_PROVIDER, unrated_reason=reason)


@lru_cache(maxsize=4096)
def _cost_rate(cadence: Cadence, per_minute: Decimal) -> Rate:
    return cadence.rate(per_minute)
