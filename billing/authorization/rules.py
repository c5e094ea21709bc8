"""The rules of a call, in their order: pure, over what is in memory."""

from collections.abc import Sequence
from decimal import Decimal

from billing.authorization.carriers import keep, loses, put_in_order, selling, total
from billing.authorization.terms import Call, Choice, Permit, Price, Reason, Refusal, Slice, Terms
from billing.rating.durations import Rate, rate_duration


def examine(
    call: Call, terms: Terms, price: Price | None, choices: Sequence[Choice], expected_seconds: int
) -> Refusal | Permit:
    """Say whether the customer may call, all but its money, and over whom; `choices` are its routes as they stand."""
    refusal = _refused_customer(terms) or _refused_destination(call, terms)
    if refusal is not None:
        return refusal
    if price is None:
        return Refusal(Reason.NO_RATE, call.number)
    if price.currency != terms.currency:
        return Refusal(Reason.CURRENCY, f"{price.currency}, {terms.currency}")
    able = selling(choices)
    if not able:
        return Refusal(Reason.NO_CARRIER, call.number)
    if not terms.allows_loss:
        able = keep(able, lambda carrier: not loses(carrier, price, expected_seconds))
    if not able:
        return Refusal(Reason.LOSS, f"{total(price, expected_seconds)} {price.currency} / {expected_seconds} s")
    return Permit(price.rate, put_in_order(choices, able, expected_seconds, price.currency), terms.longest_seconds)


def _refused_customer(terms: Terms) -> Refusal | None:
    if not terms.active:
        return Refusal(Reason.INACTIVE)
    return Refusal(Reason.BLOCKED) if terms.blocked else None


def _refused_destination(call: Call, terms: Terms) -> Refusal | None:
    if call.country not in terms.allowed_countries:
        return Refusal(Reason.COUNTRY, call.country or call.number)
    if call.is_high_risk and not terms.allows_high_risk:
        return Refusal(Reason.HIGH_RISK, call.number)
    return None


def slice_of(rate: Rate, seconds: int, at_most: int) -> Slice:
    """Return what is set aside so that the call may go on until `seconds`, but one increment at least."""
    granted = min(max(seconds, shortest(rate)), at_most)
    return Slice(granted, rate_duration(rate, granted).amount)


def shortest(rate: Rate) -> int:
    """Return the seconds of the shortest call that is charged: less than that is worth nothing to the caller."""
    return rate_duration(rate, rate.free_seconds + 1).billed_seconds


def affordable(rate: Rate, funds: Decimal, at_most: int) -> Slice | None:
    """Return the longest call that `funds` pay for, or None where they do not pay for one increment."""
    low = shortest(rate)
    if low > at_most or rate_duration(rate, low).amount > funds:
        return None
    high = at_most
    while low < high:
        middle = (low + high + 1) // 2
        if rate_duration(rate, middle).amount <= funds:
            low = middle
        else:
            high = middle - 1
    return Slice(low, rate_duration(rate, low).amount)


def fully_spent(terms: Terms, *, hour: Decimal, day: Decimal, held: Decimal) -> str:
    """Name the cap that settled and held money have reached, or nothing."""
    if hour + held >= terms.hourly_cap:
        return "hour"
    return "day" if day + held >= terms.daily_cap else ""
