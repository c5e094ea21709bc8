"""Routes as contexts: levels that are searched one after another, and for whom which of them are."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from asterisk_sync.snapshot import RouteSnapshot
from routing.patterns import parse_pattern
from routing.selection import layer_routes

COMMON_ENTRY = "from-internal"


@dataclass(frozen=True)
class Level:
    """A context of routes of one priority in which no number matches twice; `position` is PRIORITY-LAYER."""

    context: str
    position: str
    routes: tuple[RouteSnapshot, ...]


@dataclass(frozen=True)
class View:
    """The levels that one group of customers goes through; `label` is `va_view` on its channels, empty for most."""

    label: str
    context: str
    levels: tuple[Level, ...]


@dataclass(frozen=True)
class Rest:
    """The context that holds what is left to try after a level."""

    context: str
    includes: tuple[str, ...]


@dataclass(frozen=True)
class RoutePlan:
    """Everything that the routes' file says about who searches what."""

    common: View
    views: tuple[View, ...]
    view_of_customer: dict[str, View]

    def levels(self) -> list[Level]:
        """Return every level once."""
        found = {level.context: level for view in (self.common, *self.views) for level in view.levels}
        return list(found.values())

    def rests(self) -> list[Rest]:
        """Return for every level of every view what comes after it."""
        return [
            Rest(f"va-after{view.label}-{level.position}", tuple(later.context for later in view.levels[index:]))
            for view in (self.common, *self.views)
            for index, level in enumerate(view.levels, start=1)
        ]

    def view_of(self, customer: str) -> View:
        """Return the view of the customer with this code."""
        return self.view_of_customer.get(customer, self.common)


def plan_routes(routes: Iterable[RouteSnapshot], customers: Iterable[str]) -> RoutePlan:
    """Split the routes into levels, and the customers by the routes that are theirs alone."""
    usable = [route for route in routes if route.steps]
    common_routes = [route for route in usable if not route.customers]
    own: dict[str, list[RouteSnapshot]] = defaultdict(list)
    known = set(customers)
    for route in usable:
        for code in known.intersection(route.customers):
            own[code].append(route)
    common_levels = _levels_by_priority(common_routes, "")
    views: dict[str, View] = {}
    view_of_customer: dict[str, View] = {}
    for code in sorted(own):
        label = _label(own[code])
        if label not in views:
            views[label] = _view(label, common_routes, own[code], common_levels)
        view_of_customer[code] = views[label]
    common = View("", COMMON_ENTRY, _in_order(common_levels))
    return RoutePlan(common, tuple(views[label] for label in sorted(views)), view_of_customer)


def _label(routes: Sequence[RouteSnapshot]) -> str:
    ids = ",".join(sorted(str(route.id) for route in routes))
    return "-" + hashlib.sha256(ids.encode()).hexdigest()[:12]


def _view(
    label: str, common: Sequence[RouteSnapshot], own: Sequence[RouteSnapshot], levels: dict[int, tuple[Level, ...]]
) -> View:
    """Priorities at which the group has no routes of its own share the contexts of all."""
    priorities = {route.priority for route in own}
    mixed = [route for route in (*common, *own) if route.priority in priorities]
    return View(label, f"va-view{label}", _in_order(levels | _levels_by_priority(mixed, label)))


def _levels_by_priority(routes: Iterable[RouteSnapshot], label: str) -> dict[int, tuple[Level, ...]]:
    by_priority: dict[int, list[RouteSnapshot]] = defaultdict(list)
    for route in routes:
        by_priority[route.priority].append(route)
    return {
        priority: tuple(
            Level(f"va-level{label}-{priority}-{layer}", f"{priority}-{layer}", _descending(members))
            for layer, members in enumerate(layer_routes(group), start=1)
        )
        for priority, group in by_priority.items()
    }


def _descending(routes: Iterable[RouteSnapshot]) -> tuple[RouteSnapshot, ...]:
    """Asterisk inserts from the front: in descending order a large context loads in a fraction of the time."""
    return tuple(sorted(routes, key=lambda route: parse_pattern(route.pattern).specificity, reverse=True))


def _in_order(levels: dict[int, tuple[Level, ...]]) -> tuple[Level, ...]:
    return tuple(level for priority in sorted(levels) for level in levels[priority])
