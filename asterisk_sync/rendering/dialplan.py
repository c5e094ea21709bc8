"""The dialplan file of outgoing calls, made of fragments: searches, levels, routes, gateways, extensions' numbers."""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

from asterisk_sync.rendering.conferences import conference_texts
from asterisk_sync.rendering.engine import Values, fragment, joined
from asterisk_sync.rendering.numbering import local_patterns, plan_lines
from asterisk_sync.rendering.pieces import heading, place_of
from asterisk_sync.rendering.pjsip import internal_context
from asterisk_sync.rendering.route_plan import RoutePlan
from asterisk_sync.rendering.search_contexts import SearchContext
from asterisk_sync.rendering.spreading import spread
from asterisk_sync.snapshot.values import (
    AuthorizerSnapshot,
    CustomerSnapshot,
    ExtensionSnapshot,
    GatewaySnapshot,
    RouteSnapshot,
    Snapshot,
)
from routing.numbers import E164, E164_PLUS, FIXED, NATIONAL
from voipadmin.core.numbers.patterns import parse_pattern
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.numbers.reading import LONGEST_DIALLED

EXTENSIONS_IN_A_CONTEXT = 1_000


class ExtensionLine(NamedTuple):
    """The line of an extension: it rings a telephone, or forwards where `forward_to` is set; a disabled one neither."""

    number: str
    username: str
    devices: int
    forward_to: str


def _route_context(id_: UUID) -> str:
    return f"va-route-{id_.hex}"


def _gateway_context(name: str) -> str:
    return f"va-gateway-{name}"


def routes_text(snapshot: Snapshot, plan: RoutePlan) -> str:
    """Return the file of outgoing calls."""
    entry, *rests = plan.common.contexts
    return joined(
        _of_all_routes(),
        heading("What every customer without routes of its own searches"),
        _search(entry),
        heading("Customers with numbers or routes of their own"),
        *(_entry(path.context) for path in plan.own_paths),
        *(_search(path.contexts[0]) for path in plan.own_paths),
        *_customers(snapshot, plan),
        heading("Priority levels"),
        *(_level(context.name, position, _lines(context.routes)) for context, position in plan.route_contexts),
        heading("What is left after a level"),
        *map(_search, rests),
        *(_search(rest) for path in plan.own_paths for rest in path.contexts[1:]),
        heading("Routes: ARG1 is the key, ARG2 the number as the route's pattern writes it, ARG3 the level"),
        *_routes(snapshot),
        heading(
            "Gateways: ARG1 and ARG2 are the route's strip and prepend, ARG3 the route, ARG4 ring time, ARG5 the caller"
        ),
        *(_gateway(gateway, snapshot.plan) for gateway in snapshot.gateways),
        _numbering(snapshot.plan, snapshot.authorizer.high_risk_prefixes),
        _bounds(snapshot.authorizer.stopped, snapshot.authorizer.unlimited),
        *conference_texts(snapshot.customers, plan),
        _subroutines(snapshot.reroute_causes, *_asked_at(snapshot.authorizer)),
    )


@fragment("extensions_routes.conf")
def _of_all_routes() -> Values:
    return {}


def _asked_at(authorizer: AuthorizerSnapshot) -> tuple[str, int, str, str]:
    return authorizer.host, authorizer.port, str(authorizer.node_id), authorizer.secret


@fragment("extensions_routes/numbering.conf")
def _numbering(plan: NumberingPlan, risky_prefixes: tuple[str, ...]) -> Values:
    return {
        "longest_dialled": LONGEST_DIALLED,
        "plan_contexts": plan_lines(plan),
        "local_patterns": local_patterns(plan),
        "risky_prefixes": sorted(risky_prefixes, reverse=True),
    }


@fragment("extensions_routes/bounds.conf")
def _bounds(stopped: tuple[UUID, ...], unlimited: tuple[tuple[UUID, int], ...]) -> Values:
    return {"stopped": stopped, "unlimited": [{"id": id_, "longest_seconds": seconds} for id_, seconds in unlimited]}


@fragment("subroutines.conf")
def _subroutines(reroute_causes: frozenset[int], host: str, port: int, node: str, secret: str) -> Values:
    return {
        "host": host,
        "port": port,
        "node": node,
        "agi_secret": secret,
        "reroute_causes": sorted(reroute_causes - {0}, reverse=True),
    }


@fragment("extensions_routes/entry.conf")
def _entry(context: str) -> Values:
    return {"context": context}


@fragment("extensions_routes/search.conf")
def _search(search: SearchContext) -> Values:
    return {"context": search.context, "includes": search.includes, "goes_on": search.goes_on}


class LevelLine(NamedTuple):
    """Keys of a route in a level, and how they are dialled so that the route's pattern matches."""

    pattern: str
    route: UUID
    strip: int
    prefix: str


def _lines(routes: Iterable[RouteSnapshot]) -> tuple[LevelLine, ...]:
    """Asterisk inserts from the front: in descending order a large context loads in a fraction of the time."""
    lines = [LevelLine(line.pattern, route.id, line.strip, line.prefix) for route in routes for line in route.lines]
    return tuple(sorted(lines, key=lambda line: parse_pattern(line.pattern).specificity, reverse=True))


@fragment("extensions_routes/level.conf")
def _level(context: str, position: str, lines: tuple[LevelLine, ...]) -> Values:
    shown = [line._asdict() | {"context": _route_context(line.route)} for line in lines]
    return {"context": context, "position": position, "lines": shown}


def _routes(snapshot: Snapshot) -> Iterable[str]:
    # Without its customers, which its context does not show: giving it to another one renders nothing anew.
    return (_route(replace(route, customers=())) for route in snapshot.routes if route.steps)


@fragment("extensions_routes/route.conf")
def _route(route: RouteSnapshot) -> Values:
    return {
        "id": route.id,
        "context": _route_context(route.id),
        "pattern": route.pattern,
        "expression": _expression(route),
        "priority": route.priority,
        "by_weight": route.by_weight,
        "hex": route.id.hex,
        "prepend": route.prepend,
        "strip_digits": route.strip_digits,
        "ring_seconds": route.ring_seconds,
        "caller_id_number": route.caller_id_number,
        "steps": [{"context": _gateway_context(step.gateway), "weight": step.weight} for step in route.steps],
    }


def _expression(route: RouteSnapshot) -> str:
    """Return the route's pattern as an expression, where it can be dialled in several ways, else nothing.

    What an open pattern matches may have a carrier in it, or an old mobile's eight digits; a closed one is one length.
    """
    pattern = parse_pattern(route.pattern)
    if not pattern.tail and len({(line.prefix, line.strip) for line in route.lines}) <= 1:
        return ""
    positions = "".join(f"[{''.join(sorted(allowed))}]" for allowed in pattern.positions)
    return f"^{positions}{ {'': '', '.': '[0-9]+', '!': '[0-9]*'}[pattern.tail] }$"


@fragment("extensions_routes/gateway.conf")
def _gateway(gateway: GatewaySnapshot, plan: NumberingPlan) -> Values:
    code = plan.country_code
    return {
        "name": gateway.name,
        "id": gateway.id,
        "context": _gateway_context(gateway.name),
        "channel_limit": gateway.channel_limit,
        "tech_prefix": gateway.tech_prefix,
        "prepend": gateway.prepend,
        "strip_digits": gateway.strip_digits,
        "sent_format": gateway.sent_format,
        "carrier_code": gateway.carrier_code,
        "trunk_prefix": plan.trunk_prefix,
        "international_prefix": plan.international_prefix,
        "caller_rule": gateway.caller_id_rule,
        "converts_caller": gateway.caller_id_rule in {E164, E164_PLUS, NATIONAL},
        "fixed_caller": gateway.caller_id_number if gateway.caller_id_rule == FIXED else "",
        "country_code": code,
        "code_length": len(code),
        "verdict": "va-verdict-forbidden" if gateway.reroute_forbidden else "va-verdict",
    }


def _customers(snapshot: Snapshot, plan: RoutePlan) -> Iterable[str]:
    for customer in snapshot.customers:
        if customer.active and customer.extensions:
            yield from _numbers_of(customer, plan.search_path_of(customer.code).context)


def _numbers_of(customer: CustomerSnapshot, entry: str) -> Iterable[str]:
    """Yield the context of a customer's extensions; with more than 1,000 it includes several, before the routes."""
    internal = internal_context(customer)
    lines = [_extension_line(extension) for extension in customer.extensions]
    lines.sort(key=lambda line: line.number, reverse=True)
    parts = spread(lines, place_of, EXTENSIONS_IN_A_CONTEXT)
    if len(parts) == 1:
        yield _extensions(internal, internal, tuple(lines), entry)
        return
    names = {part: f"va-internal-{customer.code}-{part}" for part in parts}
    yield _search(SearchContext(internal, (*names.values(), entry)))
    for part, members in parts.items():
        yield _extensions(names[part], internal, tuple(members), "")


def _extension_line(extension: ExtensionSnapshot) -> ExtensionLine:
    if not extension.enabled:
        return ExtensionLine(extension.number, "", 0, "")
    return ExtensionLine(extension.number, extension.username, extension.max_contacts, extension.forward_to)


@fragment("extensions_routes/numbers.conf")
def _extensions(context: str, internal: str, lines: tuple[ExtensionLine, ...], entry: str) -> Values:
    return {"context": context, "internal": internal, "lines": [line._asdict() for line in lines], "entry": entry}
