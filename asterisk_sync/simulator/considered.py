"""Every route in the order in which the dialplan searches it, and why it is taken or not. Pure."""

from collections.abc import Iterator
from uuid import UUID

from asterisk_sync.rendering.views import Level, View
from asterisk_sync.simulator.results import ConsideredRoute, Reason
from asterisk_sync.simulator.scene import KnownRoute, Scene
from asterisk_sync.snapshot import RouteSnapshot
from routing.patterns import parse_pattern

AFTER_EVERY_LAYER = 1 << 30


def routes_taken(view: View, number: str) -> list[tuple[Level, RouteSnapshot]]:
    """Return the routes that a call goes by, level after level; in one level no number fits two."""
    return [
        (level, route)
        for level in view.levels
        for route in level.routes
        if parse_pattern(route.pattern).matches(number)
    ]


def consider_routes(
    scene: Scene, view: View, number: str, customer: str, *, searched: bool
) -> tuple[ConsideredRoute, ...]:
    """Return every route there is; what is not in the customer's levels stands behind those of its priority."""
    levels = {route.id: level for level in view.levels for route in level.routes}
    taken = [route.id for _level, route in routes_taken(view, number)] if searched else []
    reasons = dict.fromkeys(taken, Reason.NEXT) | dict.fromkeys(taken[:1], Reason.FIRST)
    found = [
        _considered(route, levels.get(route.id), reasons.get(route.id) or _why_not(route, levels, number, customer))
        for route in _all_routes(scene)
    ]
    return tuple(sorted(found, key=_place))


def _all_routes(scene: Scene) -> Iterator[KnownRoute]:
    """Routes that only the snapshot has are shown by their pattern."""
    yield from scene.routes
    known = {route.id for route in scene.routes}
    for route in scene.snapshot.routes:
        if route.id not in known:
            yield KnownRoute(route.id, route.pattern, route.pattern, route.priority, True, route.customers)


def _why_not(route: KnownRoute, levels: dict[UUID, Level], number: str, customer: str) -> Reason:
    if not parse_pattern(route.pattern).matches(number):
        return Reason.PATTERN
    if route.id in levels:
        return Reason.NOT_SEARCHED
    if not route.enabled:
        return Reason.DISABLED
    if route.customers and customer not in route.customers:
        return Reason.OTHER_CUSTOMERS
    return Reason.NO_GATEWAY


def _considered(route: KnownRoute, level: Level | None, reason: Reason) -> ConsideredRoute:
    layer = int(level.position.rpartition("-")[2]) if level else None
    return ConsideredRoute(
        id=route.id,
        name=route.name,
        pattern=route.pattern,
        priority=route.priority,
        layer=layer,
        context=level.context if level else "",
        reason=reason,
        customers=route.customers,
    )


def _place(route: ConsideredRoute) -> tuple[int, int, object]:
    layer = AFTER_EVERY_LAYER if route.layer is None else route.layer
    return route.priority, layer, (parse_pattern(route.pattern).specificity, str(route.id))
