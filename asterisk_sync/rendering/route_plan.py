"""Routes as contexts: levels that are searched one after another, and for whom which of them are."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from asterisk_sync.rendering.searches import Search, search_plan
from asterisk_sync.rendering.spreading import spread
from asterisk_sync.snapshot.values import RouteSnapshot
from routing.overlaps import OverlapIndex
from routing.selection import layer_routes, order_key
from voipadmin.core.numbers.patterns import parse_pattern
from voipadmin.core.runtime.caches import RoundCache

COMMON_ENTRY = "from-internal"
ROUTES_IN_A_CONTEXT = 250

route_plans: RoundCache["RoutePlan"] = RoundCache()


@dataclass(frozen=True)
class LevelContext:
    """A context of lines, one for each route, in descending order."""

    name: str
    routes: tuple[RouteSnapshot, ...]


@dataclass(frozen=True)
class Level:
    """Routes of one priority in which no number matches twice; `position` is what its lines tell to their routes."""

    position: str
    priority: int
    contexts: tuple[LevelContext, ...]

    @property
    def routes(self) -> tuple[RouteSnapshot, ...]:
        """Every route of the level."""
        return tuple(route for context in self.contexts for route in context.routes)


@dataclass(frozen=True)
class View:
    """The levels that one group of customers goes through; `label` is `va_view` on its channels, empty for most.

    `searches` are the contexts that are the view's alone: its entry, and what is left after a level.
    """

    label: str
    context: str
    levels: tuple[Level, ...]
    searches: tuple[Search, ...]
    after: Mapping[str, str]


@dataclass(frozen=True)
class RoutePlan:
    """Everything that the routes' file says about who searches what."""

    common: View
    views: tuple[View, ...]
    view_of_customer: Mapping[str, View]

    @cached_property
    def contexts(self) -> tuple[tuple[LevelContext, str], ...]:
        """Every context of routes once, with the position of its level."""
        found = {
            context.name: (context, level.position)
            for view in (self.common, *self.views)
            for level in view.levels
            for context in level.contexts
        }
        return tuple(found.values())

    def view_of(self, customer: str) -> View:
        """Return the view of the customer with this code."""
        return self.view_of_customer.get(customer, self.common)


def plan_routes(routes: Iterable[RouteSnapshot], customers: Iterable[str]) -> RoutePlan:
    """Split the routes into levels, and the customers by the routes that are theirs alone."""
    usable = tuple(route for route in routes if route.steps)
    named = {code for route in usable for code in route.customers}
    owners = frozenset(named.intersection(customers))
    route_plans.begin_round()
    return route_plans.get_or_make((usable, owners), lambda key: _plan(*key))


def _plan(usable: Sequence[RouteSnapshot], owners: frozenset[str]) -> RoutePlan:
    common = _Priorities([route for route in usable if not route.customers])
    own: dict[str, list[RouteSnapshot]] = defaultdict(list)
    for route in usable:
        for code in owners.intersection(route.customers):
            own[code].append(route)
    everybody = _view("", COMMON_ENTRY, common.levels, {})
    after = {search.context: search for search in everybody.searches}
    views: dict[str, View] = {}
    view_of_customer: dict[str, View] = {}
    for code in sorted(own):
        label = _label(own[code])
        if label not in views:
            views[label] = _view(label, f"va-view{label}", common.with_own(own[code], label), after)
        view_of_customer[code] = views[label]
    return RoutePlan(everybody, tuple(views[label] for label in sorted(views)), view_of_customer)


def _label(routes: Sequence[RouteSnapshot]) -> str:
    ids = ",".join(sorted(str(route.id) for route in routes))
    return "-" + hashlib.sha256(ids.encode()).hexdigest()[:12]


def _view(label: str, entry: str, levels: Mapping[int, Sequence[Level]], shared: Mapping[str, Search]) -> View:
    in_order = tuple(level for priority in sorted(levels) for level in levels[priority])
    steps = [(level.position, tuple(context.name for context in level.contexts)) for level in in_order]
    searches, after = search_plan(entry, label, steps, shared)
    return View(label, entry, in_order, searches, after)


class _Priorities:
    """The levels of the routes that are for all, by priority, and what it takes to put others between them."""

    def __init__(self, routes: Iterable[RouteSnapshot]) -> None:
        self._routes: dict[int, list[RouteSnapshot]] = defaultdict(list)
        for route in routes:
            self._routes[route.priority].append(route)
        self.levels = {
            priority: _levels(group, priority, f"{priority}", "") for priority, group in self._routes.items()
        }
        self._found: dict[int, OverlapIndex[tuple[RouteSnapshot, int]]] = {}

    def with_own(self, own: Iterable[RouteSnapshot], label: str) -> dict[int, tuple[Level, ...]]:
        """Return the levels of a group with routes of its own; whatever can stay shared does."""
        by_priority: dict[int, list[RouteSnapshot]] = defaultdict(list)
        for route in own:
            by_priority[route.priority].append(route)
        return self.levels | {priority: self._mixed(priority, group, label) for priority, group in by_priority.items()}

    def _mixed(self, priority: int, own: list[RouteSnapshot], label: str) -> tuple[Level, ...]:
        """Put levels of their own between those of all; where the order forbids it, all get a copy."""
        shared = self.levels.get(priority, ())
        places = self._places(priority, own) if shared else None
        if places is None:
            return _levels([*self._routes[priority], *own], priority, f"{priority}", label)
        found: list[Level] = []
        for place in range(len(shared) + 1):
            found += shared[place - 1 : place] if place else ()
            found += _levels([route for route in own if places[route] == place], priority, f"{priority}-{place}", label)
        return tuple(found)

    def _places(self, priority: int, own: Iterable[RouteSnapshot]) -> dict[RouteSnapshot, int] | None:
        """Return behind how many levels each route comes; None if it had to be in front and behind of one level."""
        index, placed = self._index(priority), OverlapIndex[int]()
        places: dict[RouteSnapshot, int] = {}
        for route in sorted(own, key=order_key):
            pattern = parse_pattern(route.pattern)
            rivals = list(index.overlapping(pattern))
            before = [level for rival, level in rivals if order_key(rival) < order_key(route)]
            behind = [level for rival, level in rivals if order_key(rival) > order_key(route)]
            place = max([*before, *placed.overlapping(pattern)], default=0)
            if behind and place >= min(behind):
                return None
            placed.add(pattern, place)
            places[route] = place
        return places

    def _index(self, priority: int) -> OverlapIndex[tuple[RouteSnapshot, int]]:
        if priority not in self._found:
            self._found[priority] = OverlapIndex()
            for number, level in enumerate(self.levels.get(priority, ()), start=1):
                for route in level.routes:
                    self._found[priority].add(parse_pattern(route.pattern), (route, number))
        return self._found[priority]


def _levels(routes: Iterable[RouteSnapshot], priority: int, place: str, label: str) -> tuple[Level, ...]:
    return tuple(
        Level(f"{place}-{layer}", priority, _contexts(f"va-level{label}-{place}-{layer}", members))
        for layer, members in enumerate(layer_routes(routes), start=1)
    )


def _contexts(name: str, routes: Sequence[RouteSnapshot]) -> tuple[LevelContext, ...]:
    """Large contexts are slow to load and to search; in a level it does not matter which route is in which."""
    parts = spread(routes, lambda route: route.id.int, ROUTES_IN_A_CONTEXT)
    return tuple(
        LevelContext(name if len(parts) == 1 else f"{name}-part{part}", _descending(members))
        for part, members in parts.items()
    )


def _descending(routes: Iterable[RouteSnapshot]) -> tuple[RouteSnapshot, ...]:
    """Asterisk inserts from the front: in descending order a large context loads in a fraction of the time."""
    return tuple(sorted(routes, key=lambda route: parse_pattern(route.pattern).specificity, reverse=True))
