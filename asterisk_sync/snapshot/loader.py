"""Builds the snapshot of a node: one REPEATABLE READ transaction, a fixed number of queries."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from asterisk_sync.models import Conference, Node, Placement, rendered_secret
from asterisk_sync.snapshot.customers import load_authorizer, load_customers
from asterisk_sync.snapshot.dns import Resolver, look_up, resolve_hosts
from asterisk_sync.snapshot.node_scope import NodeScope
from asterisk_sync.snapshot.numbers import Numbers, load_numbers, usernames_of
from asterisk_sync.snapshot.routes import gateway_snapshot, load_routes
from asterisk_sync.snapshot.row_cache import table_versions
from asterisk_sync.snapshot.values import CustomerSnapshot, Snapshot
from customers.models import Customer, Extension, TrunkAddress
from numbering.models import DID, DIDAllocation
from routing.models import Gateway
from voipadmin.core.numbering_plan.queries import current_plan
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.runtime.caches import VersionedCache

# Extensions are missing from the second: see `_cached_customers_and_numbers`.
TABLES_OF_CUSTOMERS = (Customer, TrunkAddress, Extension, Placement, Conference)
TABLES_OF_NUMBERS = (DID, DIDAllocation, Gateway, Customer, Placement, Conference)


@dataclass(frozen=True)
class SnapshotCaches:
    """What was read of the large tables for each node, by the key of the node and the versions of the tables."""

    customers: VersionedCache[tuple[CustomerSnapshot, ...]] = field(default_factory=VersionedCache)
    numbers: VersionedCache[Numbers] = field(default_factory=VersionedCache)


_caches = SnapshotCaches()


def load_snapshot(node: Node, *, resolver: Resolver = look_up, customers: Collection[UUID] | None = None) -> Snapshot:
    """Return what `node` has to run, as of one moment.

    1. In one transaction, read the customers and numbers of the node, or take them from the caches.
    2. In the same transaction, read its gateways, its routes and what its files say of accounts.
    3. After the transaction, resolve the host names of the gateways, which may take seconds.

    With `customers`, other customers and what belongs to them are left out; gateways and routes are all there.
    """
    # Before the transaction, which only reads: a node without a secret gets one here.
    secret = rendered_secret(node)
    with _one_moment():
        plan = current_plan()
        scope = NodeScope(node, customers)
        if customers is None:
            found, numbers = _cached_customers_and_numbers(node, scope, plan)
        else:
            found = load_customers(scope, plan)
            numbers = load_numbers(scope, found)
        gateways = list(scope.on_node(Gateway.objects.filter(enabled=True), "gateway").order_by("name"))
        routes = load_routes(scope, {gateway.pk: gateway.name for gateway in gateways}, plan)
        authorizer = load_authorizer(node, scope, secret)
    addresses = resolve_hosts([gateway.host for gateway in gateways], resolver)
    return Snapshot(
        plan=plan,
        customers=found,
        gateways=tuple(gateway_snapshot(gateway, addresses[gateway.host]) for gateway in gateways),
        routes=routes,
        dids=numbers.dids,
        reroute_causes=frozenset(settings.REROUTE_CAUSES),
        authorizer=authorizer,
    )


def _cached_customers_and_numbers(
    node: Node, scope: NodeScope, plan: NumberingPlan
) -> tuple[tuple[CustomerSnapshot, ...], Numbers]:
    """Return the customers and numbers of the node, read again where a row of their tables is another one.

    The customers' home areas depend on the numbering plan, too.
    The numbers depend on extensions only by the user names of those that they ring. So a change of the table of
    extensions does not make them be read again, but one of these names does.
    """
    versions = table_versions({*TABLES_OF_CUSTOMERS, *TABLES_OF_NUMBERS})
    of_customers = (plan, *(versions[table] for table in TABLES_OF_CUSTOMERS))
    of_numbers = tuple(versions[table] for table in TABLES_OF_NUMBERS)
    customers = _caches.customers.get_or_make(node.pk, of_customers, lambda: load_customers(scope, plan))
    numbers = _caches.numbers.get_or_make(node.pk, of_numbers, lambda: load_numbers(scope, customers))
    usernames = usernames_of(customers)
    if any(usernames.get(key) != name for key, name in numbers.extension_usernames.items()):
        numbers = _caches.numbers.replace(node.pk, of_numbers, lambda: load_numbers(scope, customers))
    return customers, numbers


@contextmanager
def _one_moment() -> Iterator[None]:
    """Read everything from one snapshot of PostgreSQL.

    The isolation level can be set only at the start of a transaction: a caller that is in one already has its own.
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
