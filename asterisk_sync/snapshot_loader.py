"""The only reader of the database for rendering: one REPEATABLE READ transaction, a query per kind of object."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from asterisk_sync.models import Node
from asterisk_sync.resolution import Resolver, look_up, resolve_hosts
from asterisk_sync.snapshot import (
    CustomerSnapshot,
    DIDSnapshot,
    ExtensionSnapshot,
    GatewaySnapshot,
    RouteSnapshot,
    RouteStepSnapshot,
    Snapshot,
    TrunkAddressSnapshot,
)
from customers.models import Customer, CustomerStatus, Extension, TrunkAddress
from numbering.models import DIDAllocation, DIDStatus
from routing.models import Authentication, Gateway, GatewaySelection, Route, RouteGateway
from voipadmin.core.grammar import split_codecs


def load_snapshot(node: Node, *, resolver: Resolver = look_up) -> Snapshot:  # noqa: ARG001 - every node runs everything
    """Return what `node` has to run, as of one moment; host names are resolved after the transaction."""
    with _one_moment():
        customers = _load_customers()
        gateways = list(Gateway.objects.filter(enabled=True).order_by("name"))
        routes = _load_routes({gateway.pk: gateway.name for gateway in gateways})
        dids = _load_dids()
    addresses = resolve_hosts([gateway.host for gateway in gateways], resolver)
    return Snapshot(
        country=settings.DEFAULT_COUNTRY,
        customers=customers,
        gateways=tuple(_gateway(gateway, addresses[gateway.host]) for gateway in gateways),
        routes=routes,
        dids=dids,
        reroute_causes=frozenset(settings.REROUTE_CAUSES),
    )


@contextmanager
def _one_moment() -> Iterator[None]:
    """Read in one snapshot of PostgreSQL; a caller that is in a transaction already has its own."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _load_customers() -> tuple[CustomerSnapshot, ...]:
    rows = list(Customer.objects.exclude(status=CustomerStatus.CLOSED).order_by("code"))
    addresses = _load_addresses()
    extensions = _load_extensions()
    return tuple(
        CustomerSnapshot(
            id=row.pk,
            code=row.code,
            type=row.type,
            active=row.is_active,
            channel_limit=row.channel_limit,
            calls_per_second=row.calls_per_second,
            caller_id_number=row.caller_id_number,
            addresses=tuple(addresses.get(row.pk, ())),
            extensions=tuple(extensions.get(row.pk, ())),
        )
        for row in rows
    )


def _load_addresses() -> dict[UUID, list[TrunkAddressSnapshot]]:
    found: dict[UUID, list[TrunkAddressSnapshot]] = defaultdict(list)
    for row in TrunkAddress.objects.order_by("customer_id", "priority", "network", "id"):
        found[row.customer_id].append(
            TrunkAddressSnapshot(
                network=row.network,
                port=row.port,
                transport=row.transport,
                receives_calls=row.receives_calls,
                priority=row.priority,
            )
        )
    return found


def _load_extensions() -> dict[UUID, list[ExtensionSnapshot]]:
    found: dict[UUID, list[ExtensionSnapshot]] = defaultdict(list)
    for row in Extension.objects.exclude(customer__status=CustomerStatus.CLOSED).order_by("customer_id", "number"):
        found[row.customer_id].append(
            ExtensionSnapshot(
                id=row.pk,
                number=row.number,
                username=row.sip_username,
                secret=row.secret if row.enabled else "",
                caller_id_name=row.caller_id_name,
                caller_id_number=row.caller_id_number,
                codecs=tuple(split_codecs(row.codecs)),
                max_contacts=row.max_contacts,
                forward_to=row.forward_to,
                enabled=row.enabled,
            )
        )
    return found


def _gateway(row: Gateway, addresses: tuple[str, ...]) -> GatewaySnapshot:
    registers = row.authentication == Authentication.REGISTRATION
    return GatewaySnapshot(
        id=row.pk,
        name=row.name,
        host=row.host,
        addresses=addresses,
        port=row.port,
        transport=row.transport,
        codecs=tuple(split_codecs(row.codecs)),
        registers=registers,
        username=row.username,
        secret=row.secret,
        tech_prefix=row.tech_prefix,
        strip_digits=row.strip_digits,
        prepend=row.prepend,
        number_format=row.number_format,
        caller_id_rule=row.caller_id_rule,
        caller_id_number=row.caller_id_number,
        channel_limit=row.channel_limit,
        qualify=row.qualify,
        reroute_forbidden=row.reroute_forbidden,
    )


def _load_routes(gateways: dict[UUID, str]) -> tuple[RouteSnapshot, ...]:
    steps: dict[UUID, list[RouteStepSnapshot]] = defaultdict(list)
    for route, gateway, weight in RouteGateway.objects.order_by("route_id", "position", "id").values_list(
        "route_id", "gateway_id", "weight"
    ):
        if gateway in gateways:
            steps[route].append(RouteStepSnapshot(gateway=gateways[gateway], weight=weight))
    restricted = _load_restrictions()
    rows = Route.objects.filter(enabled=True).order_by("priority", "pattern", "id")
    return tuple(
        RouteSnapshot(
            id=row.pk,
            pattern=row.pattern,
            priority=row.priority,
            by_weight=row.selection == GatewaySelection.WEIGHT,
            strip_digits=row.strip_digits,
            prepend=row.prepend,
            caller_id_number=row.caller_id_number,
            ring_seconds=row.ring_seconds,
            steps=tuple(steps.get(row.pk, ())),
            customers=tuple(restricted.get(row.pk, ())),
        )
        for row in rows
    )


def _load_restrictions() -> dict[UUID, list[str]]:
    """Return the customers of each restricted route, closed ones too: without them it would be for all."""
    found: dict[UUID, list[str]] = defaultdict(list)
    rows = Route.objects.filter(customers__isnull=False).order_by("id", "customers__code")
    for route, code in rows.values_list("id", "customers__code"):
        found[route].append(code)
    return found


def _load_dids() -> tuple[DIDSnapshot, ...]:
    rows = (
        # By what is open, not by the clock: ours may be behind that of the machine that allocated.
        DIDAllocation.objects.filter(ends_at=None, did__status=DIDStatus.ALLOCATED)
        .exclude(customer__status=CustomerStatus.CLOSED)
        .order_by("did__number")
        .values_list(
            "did_id",
            "did__number",
            "did__gateway__name",
            "customer__code",
            "destination_type",
            "extension__sip_username",
            "forward_to",
        )
    )
    return tuple(
        DIDSnapshot(
            id=did,
            number=number,
            gateway=gateway or "",
            customer=customer,
            destination=destination,
            extension=extension or "",
            forward_to=forward_to,
        )
        for did, number, gateway, customer, destination, extension, forward_to in rows
    )
