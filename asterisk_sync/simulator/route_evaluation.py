"""Every route in the order in which the dialplan searches it, and why it is taken or not. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from asterisk_sync.rendering.route_plan import SearchPath
from asterisk_sync.simulator.call_context import KnownRoute, Scene
from asterisk_sync.simulator.results import ConsideredRoute, Reason
from asterisk_sync.snapshot.values import RouteSnapshot
from voipadmin.core.numbers.patterns import parse_pattern

BEHIND_EVERY_LEVEL = 1 << 30


@dataclass(frozen=True, slots=True)
class Place:
    """Where a route stands for a customer: in the how manieth level, which position, which context."""

    level: int
    position: str
    context: str
    route: RouteSnapshot


def places_in(path: SearchPath) -> Iterator[Place]:
    """Return the routes of a path, level after level."""
    for number, level in enumerate(path.levels):
        for context in level.contexts:
            for route in context.routes:
                yield Place(number, level.position, context.name, route)


def routes_taken(path: SearchPath, number: str) -> list[RouteSnapshot]:
    """Return the routes that a call goes by, in order; in one level no number fits two."""
    return [place.route for place in places_in(path) if parse_pattern(place.route.pattern).matches(number)]


def consider_routes(
    scene: Scene, path: SearchPath, number: str, customer: str, *, searched: bool
) -> tuple[ConsideredRoute, ...]:
    """Return every route there is; what is not in the customer's levels stands behind those of its priority."""
    places = {place.route.id: place for place in places_in(path)}
    taken = [route.id for route in routes_taken(path, number)] if searched else []
    reasons = dict.fromkeys(taken, Reason.NEXT) | dict.fromkeys(taken[:1], Reason.FIRST)
    routes = sorted(_all_routes(scene), key=lambda route: _order(route, places))
    return tuple(
        _considered(route, places.get(route.id), reasons.get(route.id) or _why_not(route, places, number, customer))
        for route in routes
    )


def _all_routes(scene: Scene) -> Iterator[KnownRoute]:
    """Routes that only the snapshot has are shown by their pattern."""
    yield from scene.routes
    known = {route.id for route in scene.routes}
    for route in scene.snapshot.routes:
        if route.id not in known:
            yield KnownRoute(route.id, route.pattern, route.pattern, route.priority, True, route.customers)


def _order(route: KnownRoute, places: Mapping[UUID, Place]) -> tuple[int, int, object]:
    level = places[route.id].level if route.id in places else BEHIND_EVERY_LEVEL
    return route.priority, level, (parse_pattern(route.pattern).specificity, str(route.id))


def _why_not(route: KnownRoute, places: Mapping[UUID, Place], number: str, customer: str) -> Reason:
    if not parse_pattern(route.pattern).matches(number):
        return Reason.PATTERN
    if route.id in places:
        return Reason.NOT_SEARCHED
    if not route.enabled:
        return Reason.DISABLED
    if route.customers and customer not in route.customers:
        return Reason.OTHER_CUSTOMERS
    return Reason.NO_GATEWAY


def _considered(route: KnownRoute, place: Place | None, reason: Reason) -> ConsideredRoute:
    return ConsideredRoute(
        id=route.id,
        name=route.name,
        pattern=route.pattern,
        priority=route.priority,
        position=place.position if place else "",
        context=place.context if place else "",
        reason=reason,
        customers=route.customers,
    )
