"""Which carriers of a route take a call, and in which order: pure."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from billing.authorization.terms import Carrier, Choice, Price, Tried
from billing.rating.durations import rate_duration
from routing.selection import Draw, draw_by_weight

Wanted = Callable[[Carrier], bool]


def dice(points: int) -> int:
    """Draw one of 1 to `points`."""
    return random.randint(1, points)  # noqa: S311 - spreads calls, guards nothing


@lru_cache(maxsize=65_536)
def total(price: Price, seconds: int) -> Decimal:
    """Return what a call of `seconds` comes to."""
    return rate_duration(price.rate, seconds).amount


def loses(carrier: Carrier, price: Price, seconds: int) -> bool:
    """Tell whether a call costs more than it brings; amounts of two currencies have no difference."""
    cost = carrier.price
    return cost is not None and cost.currency == price.currency and total(cost, seconds) > total(price, seconds)


def keep(choices: Iterable[Choice], wanted: Wanted) -> tuple[Choice, ...]:
    """Return what is left of each choice; where nothing is left of any, nothing."""
    kept = [replace(choice, carriers=tuple(filter(wanted, choice.carriers))) for choice in choices]
    return tuple(kept) if any(choice.carriers for choice in kept) else ()


def selling(choices: Iterable[Choice]) -> tuple[Choice, ...]:
    """Return the carriers that sell the destination, and by least cost those alone that say for how much."""
    choices = [
        replace(choice, carriers=tuple(carrier for carrier in choice.carriers if carrier.is_quoted))
        if choice.tried is Tried.COST
        else choice
        for choice in choices
    ]
    return keep(choices, lambda carrier: carrier.price is not None)


def put_in_order(
    before: Sequence[Choice], left: Sequence[Choice], seconds: int, currency: str, draw: Draw = dice
) -> tuple[Choice, ...]:
    """Order what is left of each route, and note where the dialplan has to be told: by cost, and where one is out."""
    return tuple(
        replace(
            choice,
            carriers=_ordered(choice, seconds, currency, draw),
            differs=choice.tried is Tried.COST or len(choice.carriers) < len(whole.carriers),
        )
        for whole, choice in zip(before, left, strict=True)
    )


def _ordered(choice: Choice, seconds: int, currency: str, draw: Draw) -> tuple[Carrier, ...]:
    if choice.tried is Tried.COST:
        return by_least_cost(choice.carriers, seconds, currency)
    if choice.tried is Tried.WEIGHT:
        return tuple(draw_by_weight(choice.carriers, draw))
    return choice.carriers


def by_least_cost(carriers: Iterable[Carrier], seconds: int, currency: str) -> tuple[Carrier, ...]:
    """Order carriers by what the same expected call costs with each, then the heavier first, then the better.

    One without a price of its own is not cheap, it is out. Those that charge in another currency cannot be compared and
    come last, in the order in which they were.
    """

    def key(carrier: Carrier) -> tuple[bool, Decimal, int, Decimal]:
        price = carrier.price
        if price is None or price.currency != currency:
            return True, Decimal(0), 0, Decimal(0)
        return False, total(price, seconds), -carrier.weight, -carrier.quality

    return tuple(sorted((carrier for carrier in carriers if carrier.price and carrier.is_quoted), key=key))
