"""Reads the gateways of a node, and the routes with their steps."""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from asterisk_sync.snapshot.node_scope import NodeScope
from asterisk_sync.snapshot.rows import rows_of
from asterisk_sync.snapshot.values import GatewaySnapshot, RouteSnapshot, RouteStepSnapshot
from routing.models import Authentication, Gateway, GatewaySelection, Route, RouteGateway
from routing.route_lines import route_lines
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.text.grammar import split_codecs


class _StepRow(NamedTuple):
    route_id: UUID
    gateway_id: UUID
    weight: int


class _RestrictionRow(NamedTuple):
    route_id: UUID
    customer__code: str


def gateway_snapshot(row: Gateway, addresses: tuple[str, ...]) -> GatewaySnapshot:
    """Return a gateway with the addresses that its host resolved to."""
    return GatewaySnapshot(
        id=row.pk,
        name=row.name,
        host=row.host,
        addresses=addresses,
        port=row.port,
        transport=row.transport,
        codecs=tuple(split_codecs(row.codecs)),
        registers=row.authentication == Authentication.REGISTRATION,
        username=row.username,
        secret=row.secret,
        tech_prefix=row.tech_prefix,
        strip_digits=row.strip_digits,
        prepend=row.prepend,
        number_format=row.number_format,
        sent_format=row.sent_format,
        carrier_code=row.carrier_code,
        caller_id_rule=row.caller_id_rule,
        caller_id_number=row.caller_id_number,
        channel_limit=row.channel_limit,
        qualify=row.qualify,
        reroute_forbidden=row.reroute_forbidden,
    )


def load_routes(scope: NodeScope, gateways: Mapping[UUID, str], plan: NumberingPlan) -> tuple[RouteSnapshot, ...]:
    """Return the enabled routes; `gateways` are the names of the node's enabled gateways by key.

    1. A route has the steps whose gateways are on the node; with gateways on other nodes alone it is left out.
    2. A route for certain customers has those that are on the node; with customers on other nodes alone it is left out.
    """
    steps = _load_steps(scope, gateways)
    customers = _load_restrictions(scope)
    rows = Route.objects.filter(enabled=True).order_by("priority", "pattern", "id")
    if scope.has_placements("gateway"):
        rows = rows.filter(pk__in=steps)
    return tuple(
        RouteSnapshot(
            id=row.pk,
            pattern=row.pattern,
            lines=route_lines(row.pattern, plan),
            priority=row.priority,
            by_weight=row.selection == GatewaySelection.WEIGHT,
            strip_digits=row.strip_digits,
            prepend=row.prepend,
            caller_id_number=row.caller_id_number,
            ring_seconds=row.ring_seconds,
            steps=tuple(steps.get(row.pk, ())),
            customers=tuple(customers.get(row.pk, ())),
        )
        for row in rows
        if row.pk not in customers or customers[row.pk]
    )


def _load_steps(scope: NodeScope, gateways: Mapping[UUID, str]) -> dict[UUID, list[RouteStepSnapshot]]:
    found: dict[UUID, list[RouteStepSnapshot]] = defaultdict(list)
    links = scope.on_node(RouteGateway.objects.filter(gateway__enabled=True), "gateway", "gateway_id")
    for row in rows_of(_StepRow, links.order_by("route_id", "position", "id")):
        found[row.route_id].append(RouteStepSnapshot(gateway=gateways[row.gateway_id], weight=row.weight))
    return found


def _load_restrictions(scope: NodeScope) -> dict[UUID, list[str]]:
    """Return the codes of the node's customers by restricted route, none where it is for customers of other nodes.

    Closed customers are among them: a route that was for one of them alone must not become one for everybody.
    """
    links = Route.customers.through.objects.order_by("route_id", "customer__code")
    found: dict[UUID, list[str]] = {route: [] for route in links.values_list("route_id", flat=True)}
    for row in rows_of(_RestrictionRow, scope.on_node(links, "customer", "customer_id")):
        found[row.route_id].append(row.customer__code)
    return found
