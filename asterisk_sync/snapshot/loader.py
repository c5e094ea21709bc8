"""The only reader of the database for rendering: one REPEATABLE READ transaction, a query per kind of object."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from asterisk_sync.models import Node, Placement
from asterisk_sync.snapshot.dns import Resolver, look_up, resolve_hosts
from asterisk_sync.snapshot.node_scope import Residents
from asterisk_sync.snapshot.row_cache import RowMemory, states_of_tables
from asterisk_sync.snapshot.values import (
    Asking,
    AuthorizerSnapshot,
    CustomerSnapshot,
    DIDSnapshot,
    ExtensionSnapshot,
    GatewaySnapshot,
    RouteSnapshot,
    RouteStepSnapshot,
    Snapshot,
    TrunkAddressSnapshot,
)
from billing.authorization.asking import accounts_to_ask
from billing.models import AccountKind
from customers.models import Customer, CustomerStatus, Extension, TrunkAddress
from numbering.models import DID, DIDAllocation, DIDStatus
from routing.models import Authentication, Gateway, GatewaySelection, Route, RouteGateway
from voipadmin.core.text.grammar import split_codecs

TABLES_OF_CUSTOMERS = (Customer, TrunkAddress, Extension, Placement)
TABLES_OF_NUMBERS = (DID, DIDAllocation, Gateway, Customer, Placement)

_memory = RowMemory()


def load_snapshot(node: Node, *, resolver: Resolver = look_up, customers: Collection[UUID] | None = None) -> Snapshot:
    """Return what `node` has to run, as of one moment; host names are resolved after the transaction.

    Where `customers` are named the others, and what belongs to them, are left out; gateways and routes are all there.
    """
    with _one_moment():
        here = Residents(node, customers)
        found, numbers = _load_customers_and_dids(here) if customers is not None else _remembered(node, here)
        gateways = list(here.narrow(Gateway.objects.filter(enabled=True), "gateway").order_by("name"))
        routes = _load_routes(here, {gateway.pk: gateway.name for gateway in gateways})
        authorizer = _load_authorizer(node, here)
    addresses = resolve_hosts([gateway.host for gateway in gateways], resolver)
    return Snapshot(
        country=settings.DEFAULT_COUNTRY,
        customers=found,
        gateways=tuple(_gateway(gateway, addresses[gateway.host]) for gateway in gateways),
        routes=routes,
        dids=numbers.dids,
        reroute_causes=frozenset(settings.REROUTE_CAUSES),
        authorizer=authorizer,
    )


class Numbers(NamedTuple):
    """The numbers, and by key the names of the extensions that they ring; None where one does not live here."""

    dids: tuple[DIDSnapshot, ...]
    rung: Mapping[UUID, str | None]


CustomersAndNumbers = tuple[tuple[CustomerSnapshot, ...], Numbers]


def _load_customers_and_dids(here: Residents) -> CustomersAndNumbers:
    customers = _load_customers(here)
    return customers, _load_dids(here, customers)


def _remembered(node: Node, here: Residents) -> CustomersAndNumbers:
    """An extension concerns the numbers only by its name: one more of them is no reason to read the numbers again."""
    states = states_of_tables({*TABLES_OF_CUSTOMERS, *TABLES_OF_NUMBERS})
    of_customers = tuple(states[table] for table in TABLES_OF_CUSTOMERS)
    of_numbers = tuple(states[table] for table in TABLES_OF_NUMBERS)
    customers = _memory.recall((node.pk, "customers"), of_customers, lambda: _load_customers(here))
    numbers = _memory.recall((node.pk, "dids"), of_numbers, lambda: _load_dids(here, customers))
    names = _usernames(customers)
    if any(names.get(key) != name for key, name in numbers.rung.items()):
        numbers = _memory.renew((node.pk, "dids"), of_numbers, lambda: _load_dids(here, customers))
    return customers, numbers


def _usernames(customers: Sequence[CustomerSnapshot]) -> dict[UUID, str]:
    return {extension.id: extension.username for customer in customers for extension in customer.extensions}


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


def _load_customers(here: Residents) -> tuple[CustomerSnapshot, ...]:
    wanted = here.asked_for(Customer.objects.exclude(status=CustomerStatus.CLOSED))
    rows = list(here.narrow(wanted, "customer").order_by("code"))
    keys = [row.pk for row in rows]
    addresses = _load_addresses(here.belonging(TrunkAddress.objects.all(), keys))
    extensions = _load_extensions(here.belonging(Extension.objects.all(), keys))
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


def _load_authorizer(node: Node, here: Residents) -> AuthorizerSnapshot:
    """Balances change with each call: accounts are not among what is remembered of customers, nor a part of them."""
    rows = (
        here.narrow(accounts_to_ask(), "customer", "customer_id")
        .order_by("customer_id")
        .values_list("customer_id", "kind")
    )
    asks = {
        customer: Asking.LENIENT
        if kind == AccountKind.POSTPAID and settings.AUTHORIZER_DOWN_POSTPAID
        else Asking.STRICT
        for customer, kind in rows
    }
    host, _colon, port = settings.AUTHORIZER_ADDRESS.rpartition(":")
    return AuthorizerSnapshot(host, int(port), node.pk, asks, tuple(settings.HIGH_RISK_PREFIXES))


def _load_addresses(rows: QuerySet[TrunkAddress]) -> dict[UUID, list[TrunkAddressSnapshot]]:
    found: dict[UUID, list[TrunkAddressSnapshot]] = defaultdict(list)
    names = ("customer_id", "network", "port", "transport", "receives_calls", "priority")
    for customer, *values in rows.order_by("customer_id", "priority", "network", "id").values_list(*names):
        found[customer].append(TrunkAddressSnapshot(*values))
    return found


def _load_extensions(rows: QuerySet[Extension]) -> dict[UUID, list[ExtensionSnapshot]]:
    found: dict[UUID, list[ExtensionSnapshot]] = defaultdict(list)
    names = (
        *("customer_id", "id", "number", "sip_username", "secret", "caller_id_name", "caller_id_number", "codecs"),
        *("max_contacts", "forward_to", "enabled"),
    )
    for customer, key, number, username, secret, name, caller, codecs, contacts, forward_to, enabled in rows.order_by(
        "customer_id", "number"
    ).values_list(*names):
        found[customer].append(
            ExtensionSnapshot(
                id=key,
                number=number,
                username=username,
                secret=secret if enabled else "",
                caller_id_name=name,
                caller_id_number=caller,
                codecs=tuple(split_codecs(codecs)),
                max_contacts=contacts,
                forward_to=forward_to,
                enabled=enabled,
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


def _load_routes(here: Residents, gateways: dict[UUID, str]) -> tuple[RouteSnapshot, ...]:
    """Return the routes with the steps whose gateways live here; one whose gateways all live elsewhere is left out."""
    steps: dict[UUID, list[RouteStepSnapshot]] = defaultdict(list)
    links = here.narrow(RouteGateway.objects.filter(gateway__enabled=True), "gateway", "gateway_id")
    in_order = links.order_by("route_id", "position", "id")
    for route, gateway, weight in in_order.values_list("route_id", "gateway_id", "weight"):
        steps[route].append(RouteStepSnapshot(gateway=gateways[gateway], weight=weight))
    rows = Route.objects.filter(enabled=True).order_by("priority", "pattern", "id")
    if here.are_chosen("gateway"):
        rows = rows.filter(pk__in=steps)
    restricted = _load_restrictions(here)
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
        if row.pk not in restricted or restricted[row.pk]
    )


def _load_restrictions(here: Residents) -> dict[UUID, list[str]]:
    """Return the customers here of each restricted route, closed ones too; one without any is not for all."""
    links = Route.customers.through.objects.order_by("route_id", "customer__code")
    found: dict[UUID, list[str]] = {route: [] for route in links.values_list("route_id", flat=True)}
    for route, code in here.narrow(links, "customer", "customer_id").values_list("route_id", "customer__code"):
        found[route].append(code)
    return found


def count_dids(node: Node) -> int:
    """Return how many numbers the node has, without reading them."""
    here = Residents(node)
    rows = here.narrow(_allocated().exclude(customer__status=CustomerStatus.CLOSED), "customer", "customer_id")
    return here.narrow(rows, "did", "did_id").count()


def _allocated() -> QuerySet[DIDAllocation]:
    # Not by the clock: none begins in the future, and this machine's may be behind that of the one that allocated.
    return DIDAllocation.objects.filter(ends_at=None, did__status=DIDStatus.ALLOCATED)


def _load_dids(here: Residents, customers: Sequence[CustomerSnapshot]) -> Numbers:
    codes = {customer.id: customer.code for customer in customers}
    usernames = _usernames(customers)
    rows = here.narrow(here.belonging(_allocated(), codes), "did", "did_id").order_by("did__number")
    names = ("did_id", "did__number", "did__gateway__name", "customer_id", "destination_type", "extension_id")
    found = list(rows.values_list(*names, "forward_to"))
    dids = tuple(
        DIDSnapshot(did, number, gateway or "", codes[customer], destination, usernames.get(extension, ""), forward_to)
        for did, number, gateway, customer, destination, extension, forward_to in found
        if customer in codes
    )
    return Numbers(dids, {row[5]: usernames.get(row[5]) for row in found if row[5] is not None})
