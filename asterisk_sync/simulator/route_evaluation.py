"""Every route in the order in which the dialplan searches them, and why it is taken or not. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from asterisk_sync.rendering.route_plan import SearchPath
from asterisk_sync.simulator.call_context import CallContext, KnownRoute
from asterisk_sync.simulator.results import EvaluatedRoute, RouteReason
from asterisk_sync.snapshot.values import RouteSnapshot
from routing.route_lines import line_of
from routing.selection import takes
from voipadmin.core.numbers.patterns import parse_pattern

AFTER_EVERY_LEVEL = 1 << 30


@dataclass(frozen=True, slots=True)
class RoutePlace:
    """Where a route is on a search path: the number of its level, counted from 0, the level's position, its context."""

    level: int
    position: str
    context: str
    route: RouteSnapshot


def route_places(path: SearchPath) -> Iterator[RoutePlace]:
    """Yield the routes of a search path, level after level."""
    for number, level in enumerate(path.levels):
        for context in level.contexts:
            for route in context.routes:
                yield RoutePlace(number, level.position, context.name, route)


def routes_taken(path: SearchPath, key: str) -> list[RouteSnapshot]:
    """Return the routes that take the number with a key, in the order of trial: in a level one does at most."""
    return [place.route for place in route_places(path) if takes(place.route, key)]


def evaluate_routes(
    call_context: CallContext, path: SearchPath, key: str, customer: str, *, searched: bool
) -> tuple[EvaluatedRoute, ...]:
    """Return every route with the reason why the call takes it or not.

    1. The routes of the search path that match are taken: the first is tried first, the others where it fails. None is
       where the call does not come to a search (`searched`).
    2. Of any other route the first reason that holds is given: its pattern, the call not coming so far, disabled, for
       other customers, without an enabled gateway.
    3. They are ordered by priority and level. A route that is not on the path comes after the levels of its priority.
    """
    places = {place.route.id: place for place in route_places(path)}
    taken = [route.id for route in routes_taken(path, key)] if searched else []
    reasons = dict.fromkeys(taken, RouteReason.NEXT) | dict.fromkeys(taken[:1], RouteReason.FIRST)
    routes = sorted(_all_routes(call_context), key=lambda route: _order(route, places))
    return tuple(
        _evaluated(
            route,
            places.get(route.id),
            reasons.get(route.id) or _why_not(route, places, _matches(route, key, call_context), customer),
        )
        for route in routes
    )


def _all_routes(call_context: CallContext) -> Iterator[KnownRoute]:
    """Yield the routes of the database, then those that only the snapshot has, which go by their pattern as a name."""
    yield from call_context.routes
    known = {route.id for route in call_context.routes}
    for route in call_context.snapshot.routes:
        if route.id not in known:
            yield KnownRoute(route.id, route.pattern, route.pattern, route.priority, True, route.customers)


def _order(route: KnownRoute, places: Mapping[UUID, RoutePlace]) -> tuple[int, int, object]:
    level = places[route.id].level if route.id in places else AFTER_EVERY_LEVEL
    return route.priority, level, (parse_pattern(route.pattern).specificity, str(route.id))


def _matches(route: KnownRoute, key: str, call_context: CallContext) -> bool:
    return line_of(route.pattern, key, call_context.snapshot.plan) is not None


def _why_not(route: KnownRoute, places: Mapping[UUID, RoutePlace], matches: bool, customer: str) -> RouteReason:
    if not matches:
        return RouteReason.PATTERN
    if route.id in places:
        return RouteReason.NOT_SEARCHED
    if not route.enabled:
        return RouteReason.DISABLED
    if route.customers and customer not in route.customers:
        return RouteReason.OTHER_CUSTOMERS
    return RouteReason.NO_GATEWAY


def _evaluated(route: KnownRoute, place: RoutePlace | None, reason: RouteReason) -> EvaluatedRoute:
    return EvaluatedRoute(
        id=route.id,
        name=route.name,
        pattern=route.pattern,
        priority=route.priority,
        position=place.position if place else "",
        context=place.context if place else "",
        reason=reason,
        customers=route.customers,
    )
