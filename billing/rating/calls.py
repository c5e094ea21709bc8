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
NO_TARIFF, NO_NUMBER, CONTRADICTORY = "no_tariff", "no_number", "contradictory"
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
    """The facts of a call that decide its price. `number` is the key of the called number, or nothing.

    `origin` is the caller's number (E.164 digits, or nothing), `plan_id` the rate plan of its customer. Whether it was
    answered is what its record says (the disposition), whatever its times and seconds say.
    """

    direction: str
    number: str
    at: datetime
    billable_seconds: Decimal | int
    provider_cost: ProviderCost | None
    origin: str = ""
    plan_id: UUID | None = None
    is_answered: bool = True

    @property
    def charged_seconds(self) -> Decimal | int:
        """Return the seconds that are charged: none of a call that was not answered."""
        return self.billable_seconds if self.is_answered else 0


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

    1. A call that was not answered and has billable seconds contradicts itself: it is not priced, whatever it cost.
    2. Find the tariff that matches the number.
    3. Find the rate that the carrier charges: by its deck, else by the tariff's cost, else by the provider's.
    4. Charge the seconds by both; the margin is price less cost, where both are in one currency.

    A call that no tariff matches is unrated, never free; its cost is given where the carrier's price is known.
    """
    unpriced = reason_not_to_price(call)
    if unpriced:
        return PricedCall(unrated_reason=unpriced)
    seconds = call.charged_seconds
    tariff = prices.match(call.number, call.at, call.origin, call.plan_id) if call.number else None
    buying = buying_of(call, tariff, _bought(call, prices))
    charge = None if tariff is None else rate_duration(tariff.sell, seconds)
    cost = None if buying is None else rate_duration(buying.rate, seconds).amount
    return record_of(call, tariff, charge, buying, cost)


def reason_not_to_price(call: CallFacts) -> str:
    """Return why a call is not looked up at all, or nothing: its direction, or a record that contradicts itself."""
    if call.direction != OUTBOUND:
        return NOT_CHARGED.get(call.direction, "direction")
    return "" if call.is_answered or not call.billable_seconds else CONTRADICTORY


def _bought(call: CallFacts, prices: PriceBook) -> BuyPrice | None:
    provider = call.provider_cost
    if provider is None or provider.provider_id is None or not call.number:
        return None
    return prices.buy_price(provider.provider_id, call.number, call.at, call.origin)


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
    call: CallFacts, tariff: PricedTariff | None, charge: Charge | None, buying: Buying | None, cost: Decimal | None
) -> PricedCall:
    """Return the rating of a call from its parts; without a tariff the call is unrated."""
    currency, source = (buying.currency, buying.source) if buying else ("", FROM_NOWHERE)
    if tariff is None or charge is None:
        reason = NO_TARIFF if call.number else NO_NUMBER
        return PricedCall(cost=cost, cost_currency=currency, cost_source=source, unrated_reason=reason)
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
