"""Routes as contexts of the dialplan: levels that are searched one after another, and for whom which of them are.

Asterisk searches a context by specificity alone, and a number that matches two of its patterns reaches only one of
them. So a level holds routes of which no number matches two, and priorities, overlaps and failing over are what the
order of levels says ([ADR 7](../../docs/adr/0007-layers-of-routes.md)).
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from asterisk_sync.rendering.search_contexts import LevelContexts, SearchContext, plan_search_contexts
from asterisk_sync.rendering.spreading import spread
from asterisk_sync.snapshot.values import RouteSnapshot
from routing.overlaps import OverlapIndex
from routing.selection import OrderKey, layer_routes, order_key
from voipadmin.core.numbers.patterns import parse_pattern
from voipadmin.core.runtime.caches import RoundCache

COMMON_ENTRY = "from-internal"
# Numbers are read where calls come in; then the routes are searched from here on.
FIRST_SEARCH = "va-search"
ROUTES_IN_A_CONTEXT = 250

route_plans: RoundCache["RoutePlan"] = RoundCache()


@dataclass(frozen=True)
class RouteContext:
    """A context of lines, in descending order of their routes; in a level no key matches lines of two routes."""

    name: str
    routes: tuple[RouteSnapshot, ...]


@dataclass(frozen=True)
class Level:
    """Routes of one priority of which no number matches two; `position` is what its lines pass on to their routes."""

    position: str
    priority: int
    contexts: tuple[RouteContext, ...]

    @property
    def routes(self) -> tuple[RouteSnapshot, ...]:
        """Every route of the level."""
        return tuple(route for context in self.contexts for route in context.routes)


@dataclass(frozen=True)
class SearchPath:
    """The levels that the calls of one group of customers go through, in order.

    `label` is `va_view` on their channels, empty for customers without routes of their own. `contexts` are those of
    this path alone: its entry, and what is left after each level. `after` has the latter by the position of the level,
    with the ones that another path shares.
    """

    label: str
    context: str
    levels: tuple[Level, ...]
    contexts: tuple[SearchContext, ...]
    after: Mapping[str, str]


@dataclass(frozen=True)
class RoutePlan:
    """Everything that the file of routes says about who searches what."""

    common: SearchPath
    own_paths: tuple[SearchPath, ...]
    path_of_customer: Mapping[str, SearchPath]

    @cached_property
    def route_contexts(self) -> tuple[tuple[RouteContext, str], ...]:
        """Every context of routes once, with the position of its level."""
        found = {
            context.name: (context, level.position)
            for path in (self.common, *self.own_paths)
            for level in path.levels
            for context in level.contexts
        }
        return tuple(found.values())

    def search_path_of(self, customer: str) -> SearchPath:
        """Return the search path of the customer with this code."""
        return self.path_of_customer.get(customer, self.common)


def plan_routes(routes: Iterable[RouteSnapshot], customers: Iterable[str]) -> RoutePlan:
    """Return the levels of the routes, and for each of the customers, by code, the path through them.

    1. Routes without gateways, and those whose pattern nobody can dial, are left out.
    2. The routes that are for all give the common path.
    3. Customers with equal routes of their own share a path: that of all, with their own levels in between.
    """
    usable = tuple(route for route in routes if route.steps and route.lines)
    named = {code for route in usable for code in route.customers}
    owners = frozenset(named.intersection(customers))
    route_plans.begin_round()
    return route_plans.get_or_make((usable, owners), lambda key: _plan(*key))


def _plan(usable: Sequence[RouteSnapshot], owners: frozenset[str]) -> RoutePlan:
    common_levels = _CommonLevels([route for route in usable if not route.customers])
    own: dict[str, list[RouteSnapshot]] = defaultdict(list)
    for route in usable:
        for code in owners.intersection(route.customers):
            own[code].append(route)
    common = _search_path("", COMMON_ENTRY, common_levels.levels, {})
    shared = {item.context: item for item in common.contexts}
    paths: dict[str, SearchPath] = {}
    path_of_customer: dict[str, SearchPath] = {}
    for code in sorted(own):
        label = _label(own[code])
        if label not in paths:
            paths[label] = _search_path(label, f"va-view{label}", common_levels.with_own(own[code], label), shared)
        path_of_customer[code] = paths[label]
    return RoutePlan(common, tuple(paths[label] for label in sorted(paths)), path_of_customer)


def _label(routes: Sequence[RouteSnapshot]) -> str:
    """Return a label that customers with the same routes of their own have alike, in every generation."""
    ids = ",".join(sorted(str(route.id) for route in routes))
    return "-" + hashlib.sha256(ids.encode()).hexdigest()[:12]


def _search_path(
    label: str, entry: str, levels: Mapping[int, Sequence[Level]], shared: Mapping[str, SearchContext]
) -> SearchPath:
    in_order = tuple(level for priority in sorted(levels) for level in levels[priority])
    names = [LevelContexts(level.position, tuple(context.name for context in level.contexts)) for level in in_order]
    contexts, after = plan_search_contexts(f"{FIRST_SEARCH}{label}", label, names, shared)
    return SearchPath(label, entry, in_order, contexts, after)


class _CommonLevels:
    """The levels of the routes that are for all, by priority, and where levels of others fit in between."""

    def __init__(self, routes: Iterable[RouteSnapshot]) -> None:
        self._routes: dict[int, list[RouteSnapshot]] = defaultdict(list)
        for route in routes:
            self._routes[route.priority].append(route)
        self.levels = {
            priority: _levels(group, priority, f"{priority}", "") for priority, group in self._routes.items()
        }
        # Priority -> the places of its routes in their order, by pattern, each with how many levels there are up to it.
        self._indexes: dict[int, OverlapIndex[tuple[OrderKey, int]]] = {}

    def with_own(self, own: Iterable[RouteSnapshot], label: str) -> dict[int, tuple[Level, ...]]:
        """Return the levels of customers with routes of their own; those of priorities that have none are shared."""
        by_priority: dict[int, list[RouteSnapshot]] = defaultdict(list)
        for route in own:
            by_priority[route.priority].append(route)
        return self.levels | {priority: self._mixed(priority, group, label) for priority, group in by_priority.items()}

    def _mixed(self, priority: int, own: list[RouteSnapshot], label: str) -> tuple[Level, ...]:
        """Return the levels of one priority: those of all with own ones in between.

        Where the order of the routes cannot be kept that way, all routes of the priority get levels of this path alone.
        """
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
        """Return after how many of the common levels each own route comes, None where there is no such place.

        1. Take the own routes in the order in which they are tried.
        2. A route comes after the last level that has an overlapping route which is tried before it, and not before an
           overlapping route of its own that was placed already.
        3. It must also come before the first level that has an overlapping route which is tried after it. Where 2 is
           not before 3 there is no place.
        """
        index, placed = self._index(priority), OverlapIndex[int]()
        places: dict[RouteSnapshot, int] = {}
        for route in sorted(own, key=order_key):
            key = order_key(route)
            patterns = [parse_pattern(line.pattern) for line in route.lines]
            overlapping = [other for pattern in patterns for other in index.overlapping(pattern)]
            before = [level for other, level in overlapping if other < key]
            behind = [level for other, level in overlapping if other > key]
            own_before = [place for pattern in patterns for place in placed.overlapping(pattern)]
            place = max([*before, *own_before], default=0)
            if behind and place >= min(behind):
                return None
            for pattern in patterns:
                placed.add(pattern, place)
            places[route] = place
        return places

    def _index(self, priority: int) -> OverlapIndex[tuple[OrderKey, int]]:
        if priority not in self._indexes:
            self._indexes[priority] = OverlapIndex()
            for number, level in enumerate(self.levels.get(priority, ()), start=1):
                for route in level.routes:
                    key = order_key(route)
                    for line in route.lines:
                        self._indexes[priority].add(parse_pattern(line.pattern), (key, number))
        return self._indexes[priority]


def _levels(routes: Iterable[RouteSnapshot], priority: int, place: str, label: str) -> tuple[Level, ...]:
    return tuple(
        Level(f"{place}-{layer}", priority, _contexts(f"va-level{label}-{place}-{layer}", members))
        for layer, members in enumerate(layer_routes(routes), start=1)
    )


def _contexts(name: str, routes: Sequence[RouteSnapshot]) -> tuple[RouteContext, ...]:
    """Spread a level over contexts: a large one is slow to load and to search, and in a level order does not matter."""
    parts = spread(routes, lambda route: route.id.int, ROUTES_IN_A_CONTEXT)
    return tuple(
        RouteContext(name if len(parts) == 1 else f"{name}-part{part}", _descending(members))
        for part, members in parts.items()
    )


def _descending(routes: Iterable[RouteSnapshot]) -> tuple[RouteSnapshot, ...]:
    # Asterisk keeps a context sorted and looks for the place of each new extension from the front. In descending order
    # each one goes to the very front: a large context loads in a fraction of the time.
    return tuple(sorted(routes, key=lambda route: parse_pattern(route.pattern).specificity, reverse=True))
