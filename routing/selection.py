"""Which routes a call may take, in which order, and how gateways are drawn by weight; pure.

The tests hold the rendered dialplan to this order (`tests/routing/oracles.py`).
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar
from uuid import UUID

from routing.overlaps import OverlapIndex
from routing.route_lines import RouteLine
from voipadmin.core.numbers.patterns import Specificity, parse_pattern

Draw = Callable[[int], int]


class StepLike(Protocol):
    """A gateway's place in a route."""

    @property
    def gateway(self) -> str:
        """The name of the gateway."""

    @property
    def weight(self) -> int:
        """Its share where gateways are drawn by weight."""


class RouteLike(Protocol):
    """What selection needs to know of a route; no customers means that it is for all."""

    @property
    def id(self) -> UUID:
        """The stable id."""

    @property
    def pattern(self) -> str:
        """The Asterisk pattern, as the operator wrote it."""

    @property
    def lines(self) -> Sequence[RouteLine]:
        """The keys that it takes: the pattern, compiled."""

    @property
    def priority(self) -> int:
        """The lowest is tried first."""

    @property
    def steps(self) -> Sequence[StepLike]:
        """The gateways in order."""

    @property
    def customers(self) -> Sequence[str]:
        """The codes of the customers that it is for."""


OrderKey = tuple[int, Specificity, str]
AnyRoute = TypeVar("AnyRoute", bound=RouteLike)
AnyStep = TypeVar("AnyStep", bound=StepLike)


def order_key(route: RouteLike) -> OrderKey:
    """Return the sort key of routes: priority, then Asterisk's specificity, then the older one."""
    return route.priority, parse_pattern(route.pattern).specificity, str(route.id)


def takes(route: RouteLike, key: str) -> bool:
    """Tell whether the route takes the number with this key."""
    return any(parse_pattern(line.pattern).matches(key) for line in route.lines)


def is_open_to(route: RouteLike, customer: str) -> bool:
    """Tell whether the route may carry calls of the customer with this code."""
    return not route.customers or customer in route.customers


def matching_routes(routes: Iterable[AnyRoute], key: str, customer: str) -> list[AnyRoute]:
    """Return the routes that may carry the call, in the order in which they are tried."""
    found = [route for route in routes if route.steps and is_open_to(route, customer) and takes(route, key)]
    return sorted(found, key=order_key)


def draw_by_weight(steps: Iterable[AnyStep], draw: Draw) -> list[AnyStep]:
    """Draw the steps one after another, each with the chance that its weight has among those that are left."""
    left = list(steps)
    ordered: list[AnyStep] = []
    while left:
        chosen = _at_point(left, draw(sum(step.weight for step in left)))
        left.remove(chosen)
        ordered.append(chosen)
    return ordered


def _at_point(steps: Sequence[AnyStep], point: int) -> AnyStep:
    for step in steps:
        point -= step.weight
        if point <= 0:
            return step
    return steps[-1]


def layer_routes(routes: Iterable[AnyRoute]) -> list[list[AnyRoute]]:
    """Split routes of one priority so that inside a layer no number matches two, and layers keep the order.

    A dialplan context per layer then fails over between overlapping patterns, and patterns that are equal.
    """
    layers: list[list[AnyRoute]] = []
    earlier: OverlapIndex[int] = OverlapIndex()
    for route in sorted(routes, key=order_key):
        patterns = [parse_pattern(line.pattern) for line in route.lines]
        depth = max((behind for pattern in patterns for behind in earlier.overlapping(pattern)), default=0)
        for pattern in patterns:
            earlier.add(pattern, depth + 1)
        if depth == len(layers):
            layers.append([])
        layers[depth].append(route)
    return layers
