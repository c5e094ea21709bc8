"""What may be a conference, when it may be started, and what the clock does about it; without any node."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from asterisk_sync.changes.placement import nodes_carrying
from asterisk_sync.conferences import upkeep
from asterisk_sync.conferences.queries import view_session
from asterisk_sync.conferences.services import (
    NotHeldError,
    NotStartedError,
    add_to_conference,
    call_again,
    delete_conference,
    end_conference,
    mute_leg,
    save_conference,
    start_conference,
)
from asterisk_sync.models import (
    Conference,
    ConferenceLeg,
    ConferenceParticipant,
    ConferenceSession,
    EndReason,
    LegState,
    Node,
    OutboxEntry,
    Repeat,
)
from asterisk_sync.snapshot.loader import load_snapshot
from billing.models import Direction
from customers.models import CustomerStatus, CustomerType
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.billing import CdrFactory
from tests.factories.customers import CustomerFactory, ExtensionFactory
from tests.factories.numbering import DIDAllocationFactory
from voipadmin.core.errors import Conflict, InUse
from voipadmin.users.models import User
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db
ADMIN = User(role=Role.ADMIN, is_active=True)


def board(*numbers: str, **fields: Any) -> Conference:
    customer = fields.pop("customer", None) or CustomerFactory.create(caller_id_number="551140001000")
    return save_conference(
        conference=Conference(customer=customer, name="Board", **fields),
        participants=[
            ConferenceParticipant(number=number, email=f"p{place}@example.com") for place, number in enumerate(numbers)
        ],
    )


@pytest.fixture
def node() -> Node:
    return NodeFactory.create(originate_secret="s" * 32)


def test_a_participant_is_kept_by_the_key_of_its_number_however_it_is_written() -> None:
    conference = board("(11) 98765-4321", "+44 20 7946 0000", "011 3333 4444")
    assert list(conference.participants.values_list("number", flat=True)) == [
        "5511987654321",
        "442079460000",
        "551133334444",
    ]


def test_a_number_that_is_an_extension_of_the_customer_is_that_extension() -> None:
    customer = CustomerFactory.create(type=CustomerType.EXTENSION, caller_id_number="551140001000")
    desk = ExtensionFactory.create(customer=customer, number="1001")
    participant = board("1001", customer=customer).participants.get()
    assert (participant.extension, participant.number, participant.shown_number) == (desk, "", "1001")


@pytest.mark.parametrize(
    ("number", "says"), [("190", "emergency"), ("12", "can be called"), ("011987654321;rm", "can be called")]
)
def test_what_cannot_or_must_not_be_called_is_no_participant(number: str, says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        board(number)
    assert not Conference.objects.exists()


def test_the_database_refuses_a_participant_that_is_nobody_or_no_key() -> None:
    conference = board("011987654321")
    for number in ("", "+5511", "5511 98"):
        with pytest.raises(IntegrityError), transaction.atomic():
            ConferenceParticipant.objects.bulk_create([ConferenceParticipant(conference=conference, number=number)])


def test_caller_id_and_dial_in_number_are_the_customers_own() -> None:
    foreign = DIDAllocationFactory.create()
    with pytest.raises(ValidationError, match="not a number of the customer"):
        board("011987654321", caller_id_number=foreign.did.number)
    with pytest.raises(ValidationError, match="not allocated to the customer"):
        board("011987654321", dial_in=foreign.did)
    own = DIDAllocationFactory.create()
    assert board("011987654321", customer=own.customer, caller_id_number=own.did.number, dial_in=own.did).pk


def test_a_number_that_another_customer_has_now_leads_no_longer_to_the_conference(node: Node) -> None:
    allocation = DIDAllocationFactory.create()
    conference = board("011987654321", customer=allocation.customer, dial_in=allocation.did)
    assert [did.conference for did in load_snapshot(node).dids] == [conference.pk.hex]
    allocation.ends_at = timezone.now()
    allocation.save()
    DIDAllocationFactory.create(did=allocation.did)
    assert [did.conference for did in load_snapshot(node).dids] == [""]


def test_what_no_file_holds_is_no_change_for_asterisk(node: Node) -> None:
    conference = board("011987654321")
    assert node.pk in nodes_carrying(conference)
    before = OutboxEntry.objects.count()
    conference.longest_minutes = 30
    save_conference(conference=conference)
    assert OutboxEntry.objects.count() == before


def test_starting_it_makes_a_call_for_each_participant_once(node: Node) -> None:
    conference = board("011987654321", "011987654322")
    session = start_conference(conference=conference, actor="ana")
    assert session.node == node
    assert list(session.legs.values_list("number", "state")) == [
        ("+5511987654321", LegState.WAITING),
        ("+5511987654322", LegState.WAITING),
    ]
    with pytest.raises(Conflict, match="already"):
        start_conference(conference=conference, actor="bia")
    with pytest.raises(InUse, match="End it first"):
        delete_conference(conference)


def test_it_is_not_started_without_people_a_node_or_an_active_customer() -> None:
    conference = board("011987654321")
    with pytest.raises(NotStartedError, match="AMI secret"):
        start_conference(conference=conference, actor="ana")
    NodeFactory.create(originate_secret="s" * 32)
    with pytest.raises(NotStartedError, match="no participants"):
        start_conference(conference=board(), actor="ana")
    conference.customer.status = CustomerStatus.SUSPENDED
    conference.customer.save()
    with pytest.raises(NotStartedError, match="not active"):
        start_conference(conference=conference, actor="ana")


def test_nothing_is_done_to_a_conference_or_call_that_is_over(node: Node) -> None:
    conference = board("011987654321")
    with pytest.raises(NotHeldError):
        end_conference(conference=conference)
    with pytest.raises(NotHeldError):
        add_to_conference(conference=conference, number="011987654322")
    session = start_conference(conference=conference, actor="ana")
    leg = session.legs.get()
    with pytest.raises(NotHeldError):
        call_again(leg=leg)
    session.legs.update(state=LegState.LEFT)
    with pytest.raises(NotHeldError):
        mute_leg(leg=ConferenceLeg.objects.get(pk=leg.pk), muted=True)
    assert call_again(leg=ConferenceLeg.objects.get(pk=leg.pk)).state == LegState.WAITING
    with pytest.raises(NotHeldError, match="cannot be made again"):
        call_again(leg=ConferenceLeg.objects.get(pk=leg.pk))  # the second click


def test_a_conference_that_is_due_is_started_once_and_its_next_time_is_noted(node: Node) -> None:
    now = timezone.now()
    conference = board("011987654321", starts_at=now + timedelta(minutes=5), repeats=Repeat.DAILY)
    assert upkeep.start_due(now) == 0
    due = now + timedelta(minutes=5, seconds=1)
    assert upkeep.start_due(due) == 1
    assert upkeep.start_due(due) == 0
    conference.refresh_from_db()
    assert conference.next_at == now + timedelta(days=1, minutes=5)
    assert conference.sessions.get().started_by == upkeep.SCHEDULE


def test_a_conference_whose_time_was_missed_is_left_for_the_next_time(node: Node) -> None:
    now = timezone.now()
    conference = board("011987654321", starts_at=now + timedelta(minutes=5))
    assert upkeep.start_due(now + timedelta(hours=2)) == 0
    conference.refresh_from_db()
    assert conference.next_at is None
    assert not conference.sessions.exists()


def test_people_are_reminded_once_and_only_those_with_an_address() -> None:
    now = timezone.now()
    conference = board("011987654321", starts_at=now + timedelta(minutes=20), remind_minutes=15)
    conference.participants.create(number="551133334444", position=1)
    assert upkeep.remind(now) == 0
    assert upkeep.remind(now + timedelta(minutes=6)) == 1
    assert upkeep.remind(now + timedelta(minutes=7)) == 0
    [letter] = mail.outbox
    assert letter.to == ["p0@example.com"]
    assert "Board" in letter.subject


def test_a_session_that_no_node_closes_is_closed_without_it(node: Node) -> None:
    session = start_conference(conference=board("011987654321", "011987654322", longest_minutes=1), actor="ana")
    session.legs.filter(number="+5511987654321").update(state=LegState.JOINED, joined_at=timezone.now())
    later = session.closes_at + upkeep.LOST_AFTER + timedelta(seconds=1)
    assert upkeep.close_lost(session.closes_at) == 0
    assert upkeep.close_lost(later) == 1
    session.refresh_from_db()
    assert session.end_reason == EndReason.LOST
    assert session.lasted is not None
    assert 60 + 300 <= session.lasted < 400
    assert sorted(session.legs.values_list("state", flat=True)) == [LegState.LEFT, LegState.REFUSED]


def _ended_session(**fields: Any) -> ConferenceSession:
    session = start_conference(conference=board("011987654321", **fields), actor="ana")
    now = timezone.now()
    session.legs.update(state=LegState.REFUSED, linkedid="lab-1.a.1", uniqueid="lab-1.a.2", left_at=now)
    session.ended_at, session.end_reason = now + timedelta(minutes=2), EndReason.NOBODY
    session.save()
    return session


def test_a_call_whose_record_says_that_it_was_answered_has_joined_whatever_was_seen(node: Node) -> None:
    session = _ended_session()
    started = session.created_at + timedelta(seconds=5)
    record = CdrFactory.create(
        customer=session.conference.customer, linkedid="lab-1.a.1", uniqueid="lab-1.a.2", started_at=started,
        answered_at=started, ended_at=started + timedelta(seconds=30),
    )  # fmt: skip
    upkeep.settle(timezone.now())
    leg = session.legs.get()
    assert (leg.state, leg.joined_at, leg.left_at) == (LegState.LEFT, record.answered_at, record.ended_at)
    [shown] = view_session(session, ADMIN).legs
    assert shown.price == record.price


def test_who_dialled_in_while_nobody_looked_is_found_by_the_record(node: Node) -> None:
    allocation = DIDAllocationFactory.create()
    session = _ended_session(customer=allocation.customer, dial_in=allocation.did)
    started = session.created_at + timedelta(seconds=5)
    CdrFactory.create(
        customer=allocation.customer, did=allocation.did, direction=Direction.INBOUND, linkedid="lab-1.9",
        started_at=started, answered_at=started, ended_at=started + timedelta(seconds=30), src="551133334444",
    )  # fmt: skip
    upkeep.settle(timezone.now())
    upkeep.settle(timezone.now())
    assert session.legs.get(dialled_in=True).number == "551133334444"
