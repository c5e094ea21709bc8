"""What a call is charged and what it cost, from the facts of the call and a price book; pure."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from billing.rating.durations import Charge, Rate, rate_duration
from billing.rating.price_book import BuyPrice, Cadence, PriceBook, PricedTariff

OUTBOUND, INBOUND, INTERNAL = "outbound", "inbound", "internal"
# Directions that are never charged, with the reason that their records carry.
NOT_CHARGED = {INBOUND: "inbound", INTERNAL: "internal"}
FROM_DECK, FROM_TARIFF, FROM_PROVIDER, FROM_NOWHERE = "deck", "tariff", "provider", "none"


# A carrier's minutes where no tariff says how to count them: each second that has begun.
BY_THE_SECOND = Cadence(1, 1, 0, "half_up", 6)


@dataclass(frozen=True, slots=True)
class ProviderCost:
    """The provider of the gateway that carried the call, and its price per minute where its deck names none."""

    per_minute: Decimal
    currency: str
    provider_id: UUID | None = None


class CallFacts(NamedTuple):
    """The facts of a call that decide its price. `numbers` are the called number's forms, the best one first.

    `origin` is the caller's number (E.164 digits, or nothing), `plan_id` the rate plan of its customer.
    """

    direction: str
    numbers: tuple[str, ...]
    at: datetime
    billable_seconds: Decimal | int
    provider_cost: ProviderCost | None
    origin: str = ""
    plan_id: UUID | None = None


class PricedCall(NamedTuple):
    """What rating says of a call. The fields are columns of its record, by their names, under which they are copied."""

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


class Buying(NamedTuple):
    """The rate that a call's cost is computed by, its currency, and where it comes from (a CostSource)."""

    rate: Rate
    currency: str
    source: str


def price_call(call: CallFacts, prices: PriceBook) -> PricedCall:
    """Price one record; a call that is not outgoing gets the reason why it has no price.

    1. Find the tariff of the first form of the number that any tariff matches.
    2. Find the rate that the carrier charges: by its deck, else by the tariff's cost, else by the provider's.
    3. Charge the seconds by both; the margin is price less cost, where both are in one currency.

    A call that no tariff matches is unrated, never free; its cost is given where the carrier's price is known.
    """
    if call.direction != OUTBOUND:
        return PricedCall(unrated_reason=NOT_CHARGED.get(call.direction, "direction"))
    numbers = numbers_of(call)
    tariff = _sold(call, numbers, prices)
    buying = buying_of(call, tariff, _bought(call, numbers, prices))
    charge = None if tariff is None else rate_duration(tariff.sell, call.billable_seconds)
    cost = None if buying is None else rate_duration(buying.rate, call.billable_seconds).amount
    return record_of(tariff, charge, buying, cost, unrated_reason="no_tariff" if numbers else "no_number")


def numbers_of(call: CallFacts) -> list[str]:
    """Return the forms of the called number that are digits, the best one first."""
    return [number for number in map(digits_of, call.numbers) if number]


def digits_of(number: str) -> str:
    """Return the number without its plus, or nothing where it is no number."""
    digits = number.removeprefix("+")
    return digits if digits.isascii() and digits.isdigit() else ""


def _sold(call: CallFacts, numbers: list[str], prices: PriceBook) -> PricedTariff | None:
    found = (prices.match(number, call.at, call.origin, call.plan_id) for number in numbers)
    return next((tariff for tariff in found if tariff is not None), None)


def _bought(call: CallFacts, numbers: list[str], prices: PriceBook) -> BuyPrice | None:
    provider = call.provider_cost
    if provider is None or provider.provider_id is None:
        return None
    found = (prices.buy_price(provider.provider_id, number, call.at, call.origin) for number in numbers)
    return next((price for price in found if price is not None), None)


def buying_of(call: CallFacts, tariff: PricedTariff | None, bought: BuyPrice | None) -> Buying | None:
    """Return the rate to buy by: the deck's, the tariff's or the provider's; a deck's blocked rate is none."""
    if bought is not None and not bought.is_blocked:
        return Buying(bought.rate, bought.currency, FROM_DECK)
    if tariff is not None and tariff.buy is not None:
        return Buying(tariff.buy, tariff.currency, FROM_TARIFF)
    provider = call.provider_cost
    if provider is None:
        return None
    cadence = tariff.cadence if tariff is not None else BY_THE_SECOND
    return Buying(cadence.rate(provider.per_minute), provider.currency, FROM_PROVIDER)


def record_of(
    tariff: PricedTariff | None,
    charge: Charge | None,
    buying: Buying | None,
    cost: Decimal | None,
    *,
    unrated_reason: str,
) -> PricedCall:
    """Return the rating from its parts; without a tariff the call is unrated, for `unrated_reason`."""
    currency, source = (buying.currency, buying.source) if buying else ("", FROM_NOWHERE)
    if tariff is None or charge is None:
        return PricedCall(cost=cost, cost_currency=currency, cost_source=source, unrated_reason=unrated_reason)
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
