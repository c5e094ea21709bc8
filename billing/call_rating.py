"""What a call is charged and what it cost: pure, from the facts of the call and a book of prices."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from uuid import UUID

from billing.price_book import BuyPrice, Cadence, PriceBook, PricedTariff
from billing.rating import Rate, rate_duration

OUTBOUND, INBOUND, INTERNAL = "outbound", "inbound", "internal"
# Directions that are never charged, with the reason that their records carry.
NOT_CHARGED = {INBOUND: "inbound", INTERNAL: "internal"}
FROM_DECK, FROM_TARIFF, FROM_PROVIDER, FROM_NOWHERE = "deck", "tariff", "provider", "none"


# A carrier's minutes where no tariff says how to count them: each second that has begun.
BY_THE_SECOND = Cadence(1, 1, 0, "half_up", 6)


@dataclass(frozen=True, slots=True)
class ProviderCost:
    """Who is behind the gateway that carried the call, and what it takes per minute where its deck names no price."""

    per_minute: Decimal
    currency: str
    provider_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What of a call decides its price. `numbers` are the called number's forms, the best one first.

    `origin` is the caller's number (E.164 digits, or nothing), `plan_id` the rate plan of its customer.
    """

    direction: str
    numbers: tuple[str, ...]
    at: datetime
    billable_seconds: Decimal
    provider_cost: ProviderCost | None
    origin: str = ""
    plan_id: UUID | None = None


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


def price_call(call: CallFacts, prices: PriceBook) -> PricedCall:
    """Price one record: an outgoing call by the tariff in force, with its cost; the others say why they have none.

    A call that no tariff matches is unrated, never free; what it cost is still known where the carrier's price is.
    """
    if call.direction != OUTBOUND:
        return PricedCall(unrated_reason=NOT_CHARGED.get(call.direction, "direction"))
    numbers = [number for number in map(digits_of, call.numbers) if number]
    if not numbers:
        return _unrated(call, "no_number", None)
    bought = _bought(call, numbers, prices)
    for number in numbers:
        tariff = prices.match(number, call.at, call.origin, call.plan_id)
        if tariff is not None:
            return _priced(call, tariff, bought)
    return _unrated(call, "no_tariff", bought)


def digits_of(number: str) -> str:
    """Return the number without its plus, or nothing where it is no number."""
    digits = number.removeprefix("+")
    return digits if digits.isascii() and digits.isdigit() else ""


def _bought(call: CallFacts, numbers: list[str], prices: PriceBook) -> BuyPrice | None:
    """Return the carrier's own price; a destination that it does not sell has none."""
    provider = call.provider_cost
    if provider is None or provider.provider_id is None:
        return None
    for number in numbers:
        found = prices.buy_price(provider.provider_id, number, call.at, call.origin)
        if found is not None:
            return None if found.is_blocked else found
    return None


def _priced(call: CallFacts, tariff: PricedTariff, bought: BuyPrice | None) -> PricedCall:
    charge = rate_duration(tariff.sell, call.billable_seconds)
    cost, currency, source = _cost(call, tariff, bought)
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


def _cost(call: CallFacts, tariff: PricedTariff, bought: BuyPrice | None) -> tuple[Decimal | None, str, str]:
    if bought is not None:
        return rate_duration(bought.rate, call.billable_seconds).amount, bought.currency, FROM_DECK
    if tariff.buy is not None:
        return rate_duration(tariff.buy, call.billable_seconds).amount, tariff.currency, FROM_TARIFF
    provider = call.provider_cost
    if provider is not None:
        rate = _cost_rate(tariff.cadence, provider.per_minute)
        return rate_duration(rate, call.billable_seconds).amount, provider.currency, FROM_PROVIDER
    return None, "", FROM_NOWHERE


def _unrated(call: CallFacts, reason: str, bought: BuyPrice | None) -> PricedCall:
    provider = call.provider_cost
    if bought is not None:
        rate, currency, source = bought.rate, bought.currency, FROM_DECK
    elif provider is not None:
        rate, currency, source = _cost_rate(BY_THE_SECOND, provider.per_minute), provider.currency, FROM_PROVIDER
    else:
        return PricedCall(unrated_reason=reason)
    cost = rate_duration(rate, call.billable_seconds).amount
    return PricedCall(cost=cost, cost_currency=currency, cost_source=source, unrated_reason=reason)


@lru_cache(maxsize=4096)
def _cost_rate(cadence: Cadence, per_minute: Decimal) -> Rate:
    return cadence.rate(per_minute)
