"""Which carriers of a route take a call, and in which order: pure functions."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from billing.authorization.rules.values import Carrier, CarrierSelection, Price, RouteCarriers
from billing.rating.durations import rate_duration
from routing.selection import Draw, draw_by_weight


def draw_point(points: int) -> int:
    """Return a random number from 1 to `points`."""
    return random.randint(1, points)  # noqa: S311 - spreads calls, guards nothing


@lru_cache(maxsize=65_536)
def call_amount(price: Price, seconds: int) -> Decimal:
    """Return what a call of `seconds` costs at a price, in the price's currency."""
    return rate_duration(price.rate, seconds).amount


def loses_money(carrier: Carrier, price: Price, seconds: int) -> bool:
    """Tell whether a call of `seconds` costs more than it brings; amounts of two currencies cannot be compared."""
    cost = carrier.price
    if cost is None or cost.currency != price.currency:
        return False
    return call_amount(cost, seconds) > call_amount(price, seconds)


def keep_carriers(routes: Iterable[RouteCarriers], is_wanted: Callable[[Carrier], bool]) -> tuple[RouteCarriers, ...]:
    """Return the routes with those of their carriers that are wanted, or nothing where no route has one left.

    A route without a carrier stays in its place: `order_carriers` compares route by route.
    """
    kept = [replace(route, carriers=tuple(filter(is_wanted, route.carriers))) for route in routes]
    return tuple(kept) if any(route.carriers for route in kept) else ()


def with_price(routes: Iterable[RouteCarriers]) -> tuple[RouteCarriers, ...]:
    """Return the routes with the carriers that sell the destination; by cost, only those that name its price."""
    quoted = [
        replace(route, carriers=tuple(carrier for carrier in route.carriers if carrier.is_quoted))
        if route.selection is CarrierSelection.COST
        else route
        for route in routes
    ]
    return keep_carriers(quoted, lambda carrier: carrier.price is not None)


def order_carriers(
    before: Sequence[RouteCarriers], left: Sequence[RouteCarriers], seconds: int, currency: str, draw: Draw = draw_point
) -> tuple[RouteCarriers, ...]:
    """Return the routes of `left` with their carriers in the order in which they are tried.

    `before` are the same routes with all their carriers. The dialplan knows neither prices nor decks, so it has to be
    told where a route is by cost, or where a carrier is left out.
    """
    return tuple(
        replace(
            route,
            carriers=_ordered(route, seconds, currency, draw),
            differs_from_dialplan=route.selection is CarrierSelection.COST or len(route.carriers) < len(whole.carriers),
        )
        for whole, route in zip(before, left, strict=True)
    )


def _ordered(route: RouteCarriers, seconds: int, currency: str, draw: Draw) -> tuple[Carrier, ...]:
    if route.selection is CarrierSelection.COST:
        return by_least_cost(route.carriers, seconds, currency)
    if route.selection is CarrierSelection.WEIGHT:
        return tuple(draw_by_weight(route.carriers, draw))
    return route.carriers


def by_least_cost(carriers: Iterable[Carrier], seconds: int, currency: str) -> tuple[Carrier, ...]:
    """Return the carriers that name a price, in the order in which a route by cost tries them.

    1. What the same call of `seconds` costs with each, the least first.
    2. Of equal costs, the greater weight first.
    3. Of equal weights, the better quality first.
    4. Those that charge in another currency than `currency` cannot be compared: last, in the order in which they came.
    """

    def key(carrier: Carrier) -> tuple[bool, Decimal, int, Decimal]:
        price = carrier.price
        if price is None or price.currency != currency:
            return True, Decimal(0), 0, Decimal(0)
        return False, call_amount(price, seconds), -carrier.weight, -carrier.quality

    return tuple(sorted((carrier for carrier in carriers if carrier.price and carrier.is_quoted), key=key))
