"""Reads the customers of a node with their trunk addresses and extensions, and how their calls are asked about."""

from collections import defaultdict
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from asterisk_sync.models import Conference, Node
from asterisk_sync.snapshot.forwards import with_whole_forwards
from asterisk_sync.snapshot.node_scope import NodeScope
from asterisk_sync.snapshot.rows import rows_of
from asterisk_sync.snapshot.values import (
    AuthorizerSnapshot,
    CustomerSnapshot,
    ExtensionSnapshot,
    TrunkAddressSnapshot,
)
from billing.authorization.stops.static_bounds import accounts_with_bounds, bound_of
from customers.models import Customer, CustomerStatus, Extension, TrunkAddress
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.text.grammar import split_codecs


class _AddressRow(NamedTuple):
    customer_id: UUID
    network: str
    port: int
    transport: str
    receives_calls: bool
    priority: int


class _ExtensionRow(NamedTuple):
    customer_id: UUID
    id: UUID
    number: str
    sip_username: str
    secret: str
    caller_id_name: str
    caller_id_number: str
    codecs: str
    max_contacts: int
    forward_to: str
    home_area: str
    enabled: bool


def load_customers(scope: NodeScope, plan: NumberingPlan) -> tuple[CustomerSnapshot, ...]:
    """Return the customers that are active or suspended, by code, with all that is theirs; `plan` tells home areas."""
    conferences = Exists(Conference.objects.filter(customer=OuterRef("pk")))
    wanted = scope.requested(Customer.objects.exclude(status=CustomerStatus.CLOSED).annotate(confers=conferences))
    rows = list(scope.on_node(wanted, "customer").order_by("code"))
    keys = [row.pk for row in rows]
    addresses = _load_addresses(scope.of_customers(TrunkAddress.objects.all(), keys))
    extensions = _load_extensions(scope.of_customers(Extension.objects.all(), keys))
    return tuple(
        CustomerSnapshot(
            id=row.pk,
            code=row.code,
            type=row.type,
            active=row.is_active,
            channel_limit=row.channel_limit,
            calls_per_second=row.calls_per_second,
            caller_id_number=row.caller_id_number,
            home_area=row.local_area(plan),
            addresses=tuple(addresses.get(row.pk, ())),
            extensions=with_whole_forwards(extensions.get(row.pk, ()), row.local_area(plan), plan),
            has_conferences=row.confers,
        )
        for row in rows
    )


def _load_addresses(rows: QuerySet[TrunkAddress]) -> dict[UUID, list[TrunkAddressSnapshot]]:
    found: dict[UUID, list[TrunkAddressSnapshot]] = defaultdict(list)
    for row in rows_of(_AddressRow, rows.order_by("customer_id", "priority", "network", "id")):
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


def _load_extensions(rows: QuerySet[Extension]) -> dict[UUID, list[ExtensionSnapshot]]:
    found: dict[UUID, list[ExtensionSnapshot]] = defaultdict(list)
    for row in rows_of(_ExtensionRow, rows.order_by("customer_id", "number")):
        found[row.customer_id].append(
            ExtensionSnapshot(
                id=row.id,
                number=row.number,
                username=row.sip_username,
                # A disabled extension has no endpoint, and needs no secret.
                secret=row.secret if row.enabled else "",
                caller_id_name=row.caller_id_name,
                caller_id_number=row.caller_id_number,
                codecs=tuple(split_codecs(row.codecs)),
                max_contacts=row.max_contacts,
                forward_to=row.forward_to,
                home_area=row.home_area,
                enabled=row.enabled,
            )
        )
    return found


def load_authorizer(node: Node, scope: NodeScope, secret: str) -> AuthorizerSnapshot:
    """Return where the node asks before a call, signing with `secret`, and what its files say of accounts.

    Accounts are read anew each time, apart from the cached customers: each call changes a balance.
    """
    accounts = scope.on_node(accounts_with_bounds(), "customer", "customer_id").order_by("customer_id")
    bounds = {account.customer_id: bound_of(account) for account in accounts}
    host, _colon, port = settings.AUTHORIZER_ADDRESS.rpartition(":")
    return AuthorizerSnapshot(
        host,
        int(port),
        node.pk,
        secret=secret,
        stopped=tuple(customer for customer, bound in bounds.items() if bound.is_stopped),
        unlimited=tuple((key, bound.unasked_seconds) for key, bound in bounds.items() if bound.unasked_seconds),
        high_risk_prefixes=tuple(settings.HIGH_RISK_PREFIXES),
    )
