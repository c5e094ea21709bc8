"""Writes of conferences: what is to be. The worker of the node makes it so, within a second."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asterisk_sync.changes.placement import nodes_carrying
from asterisk_sync.conferences.schedule import next_time
from asterisk_sync.models import (
    OPEN_STATES,
    Conference,
    ConferenceLeg,
    ConferenceParticipant,
    ConferenceSession,
    Node,
    key_to_call,
    leg_of,
    shown_key,
)
from voipadmin.core.errors import Conflict, DomainError, InUse
from voipadmin.core.services import all_or_nothing, delete_object, save_object

MOST_PARTICIPANTS = 50
# Of one session, with all who were called again.
MOST_CALLS = 200


class NotHeldError(DomainError):
    """The conference is not going on, or the call is over."""

    code = "not_held"


class NotStartedError(DomainError):
    """The conference cannot be started."""

    code = "not_started"


def save_conference(
    *, conference: Conference, participants: Sequence[ConferenceParticipant] | None = None
) -> Conference:
    """Save a conference with its participants in their order; None leaves them as they are.

    Those that are not named go. Raises ValidationError or Conflict.
    """
    with all_or_nothing(conference):
        first = timezone.localtime(conference.starts_at) if conference.starts_at else None
        conference.next_at = next_time(first, conference.repeats, timezone.now())
        save_object(conference)
        if participants is not None:
            _replace_participants(conference, participants)
    return conference


def _replace_participants(conference: Conference, participants: Sequence[ConferenceParticipant]) -> None:
    if len(participants) > MOST_PARTICIPANTS:
        raise DomainError(_("A conference has at most 50 participants."), code="too_many")
    kept = [participant.pk for participant in participants if not participant._state.adding]
    for gone in conference.participants.exclude(pk__in=kept):
        gone.delete()
    for position, participant in enumerate(participants):
        participant.conference, participant.position = conference, position
        save_object(participant)


def delete_conference(conference: Conference) -> None:
    """Delete a conference with what is known of its sessions; raise InUse while it goes on."""
    if conference.sessions.filter(ended_at=None).exists():
        raise InUse(_("The conference goes on. End it first."))
    delete_object(conference)


def start_conference(*, conference: Conference, actor: str) -> ConferenceSession:
    """Begin to call all participants; raise NotStartedError, or Conflict where it is going on already."""
    participants = list(conference.participants.select_related("extension"))
    if not conference.customer.is_active:
        raise NotStartedError(_("The customer is not active: its calls are refused."), code="customer_not_active")
    if not participants:
        raise NotStartedError(_("The conference has no participants."), code="no_participants")
    node = node_for(conference)
    now = timezone.now()
    try:
        with transaction.atomic():
            session = ConferenceSession.objects.create(
                conference=conference,
                node=node,
                started_by=actor[:150],
                closes_at=now + timedelta(minutes=conference.longest_minutes),
            )
            ConferenceLeg.objects.bulk_create([leg_of(session, participant) for participant in participants])
    except IntegrityError as error:
        raise Conflict(_("This conference is going on already."), code="already_held") from error
    return session


def node_for(conference: Conference) -> Node:
    """Return the node that is to carry a conference: one of its customer and of its dial-in number, seen last.

    Raises NotStartedError where none has an AMI user for conferences.
    """
    nodes = nodes_carrying(conference.customer)
    if conference.dial_in is not None:
        nodes &= nodes_carrying(conference.dial_in)
    fit = Node.objects.filter(pk__in=nodes).exclude(originate_secret="")
    node: Node | None = fit.order_by(F("last_seen_at").desc(nulls_last=True), "name").first()
    if node is None:
        raise NotStartedError(
            _("No node of this customer carries conferences: enter the AMI secret of conferences on a node's page."),
            code="no_node",
        )
    return node


def current_session(conference: Conference) -> ConferenceSession:
    """Return the session that goes on; raise NotHeldError where none does."""
    session: ConferenceSession | None = conference.sessions.filter(ended_at=None).first()
    if session is None:
        raise NotHeldError(_("The conference is not going on."))
    return session


def end_conference(*, conference: Conference) -> ConferenceSession:
    """Put everybody out, and end the calls that ring."""
    return _want(current_session(conference), wants_end=True)


def lock_conference(*, conference: Conference, locked: bool) -> ConferenceSession:
    """Let nobody else dial in, or let them again; who is called joins all the same."""
    return _want(current_session(conference), wants_lock=locked)


def _want(session: ConferenceSession, **wanted: bool) -> ConferenceSession:
    for name, value in wanted.items():
        setattr(session, name, value)
    session.save(update_fields=[*wanted, "updated_at"])
    return session


def add_to_conference(*, conference: Conference, number: str, name: str = "") -> ConferenceLeg:
    """Call a number or an extension of the customer into the session that goes on.

    Raises NotHeldError, or ValidationError of the number.
    """
    session = current_session(conference)
    _check_most_calls(session)
    is_extension = conference.customer.extensions.filter(number=number).exists()
    dialled = number if is_extension else shown_key(key_to_call(number, conference.customer))
    return ConferenceLeg.objects.create(session=session, number=dialled, name=name[:80])


def _check_most_calls(session: ConferenceSession) -> None:
    if session.legs.count() >= MOST_CALLS:
        raise DomainError(_("This session has too many calls already."), code="too_many")


@transaction.atomic
def call_again(*, leg: ConferenceLeg) -> ConferenceLeg:
    """Call somebody once more who did not join, or left, and is not being called already."""
    session = current_session(leg.session.conference)
    # The second of two clicks waits here for the first, and finds its call.
    ConferenceSession.objects.select_for_update(no_key=True).get(pk=session.pk)
    is_called = session.legs.filter(number=leg.number, state__in=OPEN_STATES).exists()
    if is_called or leg.is_open or leg.dialled_in or leg.session_id != session.pk:
        raise NotHeldError(_("This call cannot be made again."))
    _check_most_calls(session)
    values: dict[str, Any] = {
        name: getattr(leg, name) for name in ("participant", "number", "name", "is_moderator", "wants_mute")
    }
    return ConferenceLeg.objects.create(session=session, **values)


def mute_leg(*, leg: ConferenceLeg, muted: bool) -> ConferenceLeg:
    """Have somebody in the room not heard, or heard again."""
    return _want_of_leg(leg, wants_mute=muted)


def put_out(*, leg: ConferenceLeg) -> ConferenceLeg:
    """End the call of somebody who has joined, rings, or waits to be called."""
    return _want_of_leg(leg, wants_out=True)


def _want_of_leg(leg: ConferenceLeg, **wanted: bool) -> ConferenceLeg:
    if not leg.is_open:
        raise NotHeldError(_("This call is over."))
    for name, value in wanted.items():
        setattr(leg, name, value)
    leg.save(update_fields=[*wanted, "updated_at"])
    return leg
