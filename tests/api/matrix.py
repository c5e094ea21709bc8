"""Who may what, written down once more by hand: the tests compare the product with this, not with itself."""

from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Any

from django.utils import timezone

from asterisk_sync.models import DriftFinding, Generation
from billing.accounts.ledger import account_of
from billing.models import Deck, HolidayCalendar, RatePlan, RefusedCall, RejectedRecord, Rerating, TimeWindow
from customers.models import CustomerType
from tests.factories import (
    CdrFactory,
    CustomerFactory,
    DIDAllocationFactory,
    ExtensionFactory,
    GatewayFactory,
    NodeFactory,
    ProviderFactory,
    RouteFactory,
    TariffFactory,
    TrunkAddressFactory,
    UserFactory,
)
from voipadmin.users.models import User
from voipadmin.users.roles import Role

VIEW = {"view"}
ALL = {"view", "add", "change", "delete"}
STAFF = (Role.OPERATOR, Role.FINANCE, Role.VIEWER)

# What each role may do to each kind of object; the administrator may do everything.
MAY: dict[str, dict[str, set[str]]] = {
    "customers.customer": {Role.OPERATOR: ALL, Role.FINANCE: VIEW, Role.VIEWER: VIEW, Role.CUSTOMER: VIEW},
    "customers.trunkaddress": {Role.OPERATOR: ALL, Role.FINANCE: VIEW, Role.VIEWER: VIEW, Role.CUSTOMER: VIEW},
    "customers.extension": {Role.OPERATOR: ALL, Role.FINANCE: VIEW, Role.VIEWER: VIEW, Role.CUSTOMER: VIEW},
    "routing.provider": {Role.OPERATOR: ALL, Role.FINANCE: VIEW, Role.VIEWER: VIEW},
    "routing.gateway": {Role.OPERATOR: ALL, Role.FINANCE: VIEW, Role.VIEWER: VIEW},
    "routing.route": {Role.OPERATOR: ALL, Role.FINANCE: VIEW, Role.VIEWER: VIEW},
    "numbering.did": {Role.OPERATOR: ALL, Role.FINANCE: VIEW, Role.VIEWER: VIEW, Role.CUSTOMER: VIEW},
    "numbering.didallocation": {Role.OPERATOR: ALL, Role.FINANCE: VIEW, Role.VIEWER: VIEW, Role.CUSTOMER: VIEW},
    "billing.tariff": {Role.OPERATOR: VIEW, Role.FINANCE: ALL, Role.VIEWER: VIEW},
    "billing.rateplan": {Role.OPERATOR: VIEW, Role.FINANCE: ALL, Role.VIEWER: VIEW},
    "billing.timewindow": {Role.OPERATOR: VIEW, Role.FINANCE: ALL, Role.VIEWER: VIEW},
    "billing.holidaycalendar": {Role.OPERATOR: VIEW, Role.FINANCE: ALL, Role.VIEWER: VIEW},
    "billing.refusedcall": {Role.OPERATOR: VIEW, Role.FINANCE: ALL, Role.VIEWER: VIEW, Role.CUSTOMER: VIEW},
    "billing.account": {Role.OPERATOR: VIEW, Role.FINANCE: ALL, Role.VIEWER: VIEW, Role.CUSTOMER: VIEW},
    "billing.deck": {Role.OPERATOR: VIEW, Role.FINANCE: ALL, Role.VIEWER: VIEW},
    "billing.rerating": {Role.OPERATOR: VIEW, Role.FINANCE: ALL, Role.VIEWER: VIEW},
    "billing.cdr": {Role.OPERATOR: VIEW, Role.FINANCE: VIEW, Role.VIEWER: VIEW, Role.CUSTOMER: VIEW},
    "billing.rejectedrecord": {Role.OPERATOR: VIEW | {"change"}, Role.FINANCE: ALL, Role.VIEWER: VIEW},
    "asterisk_sync.node": {Role.OPERATOR: VIEW | {"sync"}, Role.FINANCE: VIEW, Role.VIEWER: VIEW},
    "asterisk_sync.generation": {Role.OPERATOR: VIEW, Role.FINANCE: VIEW, Role.VIEWER: VIEW},
    "asterisk_sync.syncrun": {Role.OPERATOR: VIEW, Role.FINANCE: VIEW, Role.VIEWER: VIEW},
    "asterisk_sync.driftfinding": {Role.OPERATOR: VIEW | {"sync"}, Role.FINANCE: VIEW, Role.VIEWER: VIEW},
    "reports.dashboard": dict.fromkeys((*STAFF, Role.CUSTOMER), VIEW),
    "users.user": {},
}


def may(role: str, action: str, kind: str) -> bool:
    """Tell what the table says."""
    return role == Role.ADMIN or action in MAY[kind].get(role, set())


@dataclass
class World:
    """Objects of one customer and of another, and a user of each role; the customer's user belongs to the first."""

    own: dict[str, Any] = field(default_factory=dict)
    foreign: dict[str, Any] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)


def _objects_of_a_customer() -> dict[str, Any]:
    trunk, desk = CustomerFactory.create(), CustomerFactory.create(type=CustomerType.EXTENSION)
    allocation = DIDAllocationFactory.create(customer=trunk)
    return {
        "customers.customer": trunk,
        "customers.extension": ExtensionFactory.create(customer=desk),
        "customers.trunkaddress": TrunkAddressFactory.create(customer=trunk),
        "numbering.did": allocation.did,
        "numbering.didallocation": allocation,
        "billing.cdr": CdrFactory.create(customer=trunk),
        "billing.account": account_of(trunk),
        "billing.refusedcall": RefusedCall.objects.create(
            customer=trunk, node_name="pbx1", number="5511", reason="credit", cause=21
        ),
    }


def make_world() -> World:
    """Make it."""
    world = World(own=_objects_of_a_customer(), foreign=_objects_of_a_customer())
    gateway = GatewayFactory.create()
    world.own |= {
        "routing.provider": ProviderFactory.create(),
        "routing.gateway": gateway,
        "routing.route": RouteFactory.create(gateways=[gateway]),
        "billing.tariff": TariffFactory.create(),
        "billing.rateplan": RatePlan.objects.create(name="Wholesale"),
        "billing.timewindow": TimeWindow.objects.create(name="Night", starts_at=time(22), ends_at=time(6)),
        "billing.holidaycalendar": HolidayCalendar.objects.create(name="Brazil"),
        "billing.deck": Deck.objects.create(provider=gateway.provider, file_name="rates.csv"),
        "billing.rerating": Rerating.objects.create(
            started_from=timezone.now(), started_before=timezone.now() + timedelta(days=1), reason="Prices"
        ),
        "billing.rejectedrecord": RejectedRecord.objects.create(
            node_name="pbx1", path="voipadmin.csv", offset=0, line=b"hello", line_hash="0" * 64, reason="columns"
        ),
        "asterisk_sync.node": NodeFactory.create(),
    }
    own_customers = [world.own["customers.customer"], world.own["customers.extension"].customer]
    node = world.own["asterisk_sync.node"]
    world.own |= {
        "asterisk_sync.generation": Generation.objects.create(node=node, number=1, content_hash="0" * 64),
        "asterisk_sync.driftfinding": DriftFinding.objects.create(node=node, kind="foreign", subject="by-hand"),
    }
    for role in Role:
        customers = own_customers if role == Role.CUSTOMER else []
        world.users[role] = UserFactory.create(role=role, customers=customers, is_staff=role == Role.ADMIN)
    world.own["users.user"] = UserFactory.create()
    return world
