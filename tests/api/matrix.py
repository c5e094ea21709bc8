"""A world with an object of every kind, one of another customer, and a user of each role."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from auditlog.models import LogEntry
from django.utils import timezone

from asterisk_sync.models import ConferenceLeg, ConferenceSession, DriftFinding, Generation, SyncRun
from billing.accounts.ledger import account_of
from billing.accounts.services import top_up
from billing.models import Account, Deck, RefusedCall, RejectedRecord, Rerating, Statement
from customers.models import Customer, CustomerType
from tests.entities import KINDS, MAY, make_conference, make_webhook
from tests.factories import (
    CdrFactory,
    CustomerFactory,
    DIDAllocationFactory,
    ExtensionFactory,
    GatewayFactory,
    RouteFactory,
    TrunkAddressFactory,
    UserFactory,
)
from voipadmin.core.models import Alarm, AlarmSilence, Installation, Job, WebhookMessage
from voipadmin.users.models import User
from voipadmin.users.roles import Role


def may(role: str, action: str, kind: str) -> bool:
    """Tell what the table MAY says."""
    if kind not in MAY:
        raise LookupError(f"MAY in tests/entities.py has no line for {kind}: say there what each role may do to it.")
    return role == Role.ADMIN or action in MAY[kind].get(role, set())


@dataclass
class World:
    """Objects of one customer and of another, and a user of each role; the customer's user belongs to the first."""

    own: dict[str, Any] = field(default_factory=dict)
    foreign: dict[str, Any] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)

    def key_of(self, kind: str, role: str) -> Any:
        """Return the key of an object of the first customer; a job is of one user alone."""
        return self.jobs[role].pk if kind == "core.job" else self.own[kind].pk


def _objects_of_a_customer() -> dict[str, Any]:
    trunk, desk = CustomerFactory.create(), CustomerFactory.create(type=CustomerType.EXTENSION)
    allocation = DIDAllocationFactory.create(customer=trunk)
    account = account_of(trunk)
    return {
        "customers.customer": trunk,
        "customers.extension": ExtensionFactory.create(customer=desk),
        "customers.trunkaddress": TrunkAddressFactory.create(customer=trunk),
        "numbering.did": allocation.did,
        "numbering.didallocation": allocation,
        "billing.cdr": CdrFactory.create(customer=trunk),
        "billing.account": account,
        "billing.ledgerentry": top_up(account=account, amount=Decimal(10), actor="ana"),
        "billing.statement": _statement_of(account),
        **_conference_of(trunk),
        "billing.refusedcall": RefusedCall.objects.create(
            customer=trunk, node_name="pbx1", number="5511", reason="credit", cause=21
        ),
    }


def _statement_of(account: Account) -> Statement:
    begins = timezone.now() - timedelta(days=30)
    days = {"first_day": begins.date(), "last_day": begins.date(), "begins_at": begins, "ends_at": timezone.now()}
    return Statement.objects.create(account=account, currency="BRL", language="en", **days)


def _conference_of(customer: Customer) -> dict[str, Any]:
    conference = make_conference(customer=customer)
    session = ConferenceSession.objects.create(conference=conference, closes_at=timezone.now() + timedelta(hours=1))
    leg = ConferenceLeg.objects.create(session=session, number="+5511987654321")
    return {
        "asterisk_sync.conference": conference,
        "asterisk_sync.conferencesession": session,
        "asterisk_sync.conferenceleg": leg,
    }


def make_world() -> World:
    """Make it; what MAY knows and nothing here makes comes from KINDS."""
    world = World(own=_objects_of_a_customer(), foreign=_objects_of_a_customer())
    gateway = GatewayFactory.create()
    world.own |= {"routing.gateway": gateway, "routing.route": RouteFactory.create(gateways=[gateway])}
    for name, kind in KINDS.items():
        label = name.replace(":", ".")
        if label not in world.own:
            world.own[label] = kind.make()
    own_customers = [world.own["customers.customer"], world.own["customers.extension"].customer]
    world.own |= _rows_that_a_job_writes(gateway.provider, world.own["asterisk_sync.node"])
    for role in Role:
        customers = own_customers if role == Role.CUSTOMER else []
        user = world.users[role] = UserFactory.create(role=role, customers=customers, is_staff=role == Role.ADMIN)
        world.jobs[role] = Job.objects.create(kind="bulk_action", owner=str(user.pk), actor=user.username)
    world.own["core.job"] = world.jobs[Role.CUSTOMER]
    world.own["auditlog.logentry"] = LogEntry.objects.first()
    return world


def _rows_that_a_job_writes(provider: Any, node: Any) -> dict[str, Any]:
    now = timezone.now()
    return {
        "core.installation": Installation.objects.create(name="Operator"),
        "billing.deck": Deck.objects.create(provider=provider, file_name="rates.csv"),
        "billing.rerating": Rerating.objects.create(
            started_from=now, started_before=now + timedelta(days=1), reason="Prices"
        ),
        "billing.rejectedrecord": RejectedRecord.objects.create(
            node_name="pbx1", path="voipadmin.csv", offset=0, line=b"hello", line_hash="0" * 64, reason="columns"
        ),
        "asterisk_sync.generation": Generation.objects.create(node=node, number=1, content_hash="0" * 64),
        "asterisk_sync.driftfinding": DriftFinding.objects.create(node=node, kind="foreign", subject="by-hand"),
        "core.alarm": Alarm.objects.create(
            kind="authorizer_away", subject=str(node.pk), opened_at=now, last_seen_at=now
        ),
        "core.webhookmessage": WebhookMessage.objects.create(
            webhook=make_webhook(name="Matrix"), type="webhook.test", body="{}", due_at=now
        ),
        "core.alarmsilence": AlarmSilence.objects.create(
            kind="authorizer_away", until=now + timedelta(hours=1), actor="ana", reason="Upgrade"
        ),
        "asterisk_sync.syncrun": SyncRun.objects.create(node=node, wanted_generation=1),
    }
