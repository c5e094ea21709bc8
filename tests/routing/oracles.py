"""What a call's routes and gateways are told by, apart from the product."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from django.db.models import Q, QuerySet

from customers.models import Customer
from routing.models import Route
from routing.queries import routes_with_steps
from routing.selection import Draw, RouteLike, draw_by_weight, matching_routes


class DrawnRoute(RouteLike, Protocol):
    """A route whose gateways may be drawn by weight."""

    @property
    def by_weight(self) -> bool:
        """Whether gateways are drawn, not taken in order."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: a gateway of a route, counted from 1."""

    number: int
    route: UUID
    gateway: str


def select_attempts(
    routes: Iterable[DrawnRoute], number: str, customer: str, *, draw: Draw | None = None
) -> tuple[Attempt, ...]:
    """Return every attempt in order; `draw(n)` gives 1..n for routes by weight, without it they go in order."""
    order = [
        (route.id, gateway)
        for route in matching_routes(routes, number, customer)
        for gateway in order_gateways(route, draw)
    ]
    return tuple(Attempt(number, route, gateway) for number, (route, gateway) in enumerate(order, start=1))


def order_gateways(route: DrawnRoute, draw: Draw | None = None) -> tuple[str, ...]:
    """Return the gateways of a route in the order of one call: by place, or drawn by weight one after another."""
    if not route.by_weight or draw is None:
        return tuple(step.gateway for step in route.steps)
    return tuple(step.gateway for step in draw_by_weight(route.steps, draw))


def routes_for(customer: Customer) -> QuerySet[Route]:
    """Return the enabled routes that `customer` may use, in the order in which they are tried."""
    chosen = Q(customers=customer) | Q(customers=None)
    return routes_with_steps().filter(chosen, enabled=True).distinct()
