"""The rules of a call that need no money: pure functions of values that are in memory."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from billing.authorization.rules.carriers import call_amount, keep_carriers, loses_money, order_carriers, with_price
from billing.authorization.rules.values import (
    AccountRules,
    AuthorizationRefusal,
    ClassifiedCall,
    Permit,
    Price,
    Rates,
    RefusalReason,
    RouteCarriers,
    Slice,
)
from billing.rating.durations import rate_duration

# Until it is answered a call may ring at one gateway after another.
RINGING = timedelta(minutes=15)
# The clocks of a node and of its authorizer, and the way of a request between them, differ by no more than this.
CLOCKS = timedelta(seconds=5)


def examine(
    call: ClassifiedCall,
    rules: AccountRules,
    price: Price | None,
    routes: Sequence[RouteCarriers],
    expected_seconds: int,
) -> AuthorizationRefusal | Permit:
    """Check a call by all rules but velocity and money; the first rule that is broken refuses it.

    1. The customer is active and its account not blocked.
    2. The number's country is allowed, and high-risk numbers where it is one.
    3. A tariff prices the number, in the account's currency.
    4. A carrier of the customer's `routes` has a price for it.
    5. A carrier is left that costs no more than the call of `expected_seconds` brings, unless losses are allowed.
    6. Carriers that are left are put into the order in which they are tried.
    """
    refusal = _refused_customer(rules) or _refused_destination(call, rules)
    if refusal is not None:
        return refusal
    if price is None:
        return AuthorizationRefusal(RefusalReason.NO_RATE, call.number)
    if price.currency != rules.currency:
        return AuthorizationRefusal(RefusalReason.CURRENCY, f"{price.currency}, {rules.currency}")
    left = with_price(routes)
    if not left:
        return AuthorizationRefusal(RefusalReason.NO_CARRIER, call.number)
    if not rules.allows_loss:
        left = keep_carriers(left, lambda carrier: not loses_money(carrier, price, expected_seconds))
    if not left:
        amount = call_amount(price, expected_seconds)
        return AuthorizationRefusal(RefusalReason.LOSS, f"{amount} {price.currency} / {expected_seconds} s")
    return Permit((price.rate,), order_carriers(routes, left, expected_seconds, price.currency), rules.longest_seconds)


def _refused_customer(rules: AccountRules) -> AuthorizationRefusal | None:
    if not rules.active:
        return AuthorizationRefusal(RefusalReason.INACTIVE)
    return AuthorizationRefusal(RefusalReason.BLOCKED) if rules.blocked else None


def _refused_destination(call: ClassifiedCall, rules: AccountRules) -> AuthorizationRefusal | None:
    if call.country not in rules.allowed_countries:
        return AuthorizationRefusal(RefusalReason.COUNTRY, call.country or call.number)
    if call.is_high_risk and not rules.allows_high_risk:
        return AuthorizationRefusal(RefusalReason.HIGH_RISK, call.number)
    return None


def span_of_ringing(asked_at: datetime) -> tuple[datetime, datetime]:
    """Return between which moments a call may be answered that is asked about at a moment."""
    return asked_at - CLOCKS, asked_at + RINGING


def span_of_answer(answered_at: datetime) -> tuple[datetime, datetime]:
    """Return between which moments a call's record may say that it was answered; we heard of it at a moment."""
    return answered_at - CLOCKS, answered_at + CLOCKS


def amount_of(rates: Rates, seconds: int) -> Decimal:
    """Return what a call of so many seconds costs at the dearest of its rates."""
    return max(rate_duration(rate, seconds).amount for rate in rates)


def slice_of(rates: Rates, seconds: int, at_most: int) -> Slice:
    """Return the slice that lasts until `seconds` of the call, at least one increment and not beyond `at_most`."""
    return _slice(rates, min(max(seconds, shortest(rates)), at_most))


def _slice(rates: Rates, seconds: int) -> Slice:
    dearest = max(rates, key=lambda rate: rate_duration(rate, seconds).amount)
    return Slice(seconds, rate_duration(dearest, seconds).amount, str(dearest))


def shortest(rates: Rates) -> int:
    """Return the seconds of the shortest call that is charged; less than those is worth nothing to the caller."""
    return max(rate_duration(rate, rate.free_seconds + 1).billed_seconds for rate in rates)


def affordable(rates: Rates, funds: Decimal, at_most: int) -> Slice | None:
    """Return the longest call that `funds` pay for, or None where they do not pay for one increment.

    The amount never falls as a call grows longer, so the seconds are found by halving.
    """
    low = shortest(rates)
    if low > at_most or amount_of(rates, low) > funds:
        return None
    high = at_most
    while low < high:
        middle = (low + high + 1) // 2
        if amount_of(rates, middle) <= funds:
            low = middle
        else:
            high = middle - 1
    return _slice(rates, low)


def covered(rates: Rates, held: Slice) -> Slice:
    """Return what is held, at these rates: all of its seconds where that is enough, else those that it pays for."""
    if amount_of(rates, held.seconds) <= held.amount:
        return _slice(rates, held.seconds)
    return affordable(rates, held.amount, held.seconds) or Slice(0, held.amount, held.rate)


def reached_cap(rules: AccountRules, *, hour: Decimal, day: Decimal, held: Decimal) -> str:
    """Return the cap ("hour" or "day") that settled and held money have reached, or an empty string."""
    if hour + held >= rules.hourly_cap:
        return "hour"
    return "day" if day + held >= rules.daily_cap else ""
