"""The REST API of conferences: who is called, and the session that goes on."""

import uuid
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Status

from asterisk_sync.conferences import services
from asterisk_sync.conferences.queries import view_session
from asterisk_sync.conferences.schemas import (
    CallIn,
    ConferenceFilters,
    ConferenceIn,
    ConferenceOut,
    LegChoice,
    LockIn,
    MuteIn,
    SessionOut,
    session_out,
)
from asterisk_sync.models import Conference, ConferenceLeg, ConferenceParticipant, ConferenceSession
from voipadmin.core.api.access import Needs
from voipadmin.core.api.crud import ONE, crud_router, domain_call, find
from voipadmin.core.api.problems import FieldError, ProblemError
from voipadmin.core.api.resource import Resource

CHANGE = "asterisk_sync.change_conference"


def _with_rows(rows: QuerySet[Conference]) -> QuerySet[Conference]:
    return rows.prefetch_related("participants__extension", "sessions")


def _save(conference: Conference, rest: dict[str, Any], user: Any) -> Conference:
    is_new = conference._state.adding
    people = rest.get("participants")
    participants = None if people is None else [_participant(person) for person in people]
    services.save_conference(conference=conference, participants=participants)
    if is_new and _starts_now(conference, rest):
        services.start_conference(conference=conference, actor=user.get_username())
    return conference


def _participant(person: dict[str, Any]) -> ConferenceParticipant:
    return ConferenceParticipant(**person)


def _starts_now(conference: Conference, rest: dict[str, Any]) -> bool:
    wanted = rest.get("start")
    return conference.starts_at is None if wanted is None else bool(wanted)


conferences = Resource(
    model=Conference,
    tag="conference",
    read=ConferenceOut,
    write=ConferenceIn,
    filters=ConferenceFilters,
    ordering=("name", "created_at", "updated_at", "next_at"),
    default_ordering="name",
    prepare=_with_rows,
    save=_save,
    delete=services.delete_conference,
)
conferences_router = crud_router(conferences)


def _shown(session: ConferenceSession, user: Any) -> SessionOut:
    fresh = ConferenceSession.objects.select_related("conference").prefetch_related("legs").get(pk=session.pk)
    return session_out(view_session(fresh, user))


@conferences_router.get(
    f"{ONE}/session",
    response={200: SessionOut | None},
    auth=Needs("asterisk_sync.view_conference"),
    operation_id="read_conference_session",
)
def read_session(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the name in the path
    """Show the session that goes on, or the last one, with its calls and what they cost; null where none was held."""
    session = find(conferences, request.user, id).sessions.first()
    return _shown(session, request.user) if session else None


def _do(request: HttpRequest, key: uuid.UUID, work: Callable[[Conference], Any]) -> Any:
    """Make a domain call about a conference and return the session as it is then."""
    conference: Conference = find(conferences, request.user, key)
    with domain_call():
        work(conference)
        session = services.current_session(conference)
    return Status(202, _shown(session, request.user))


def _leg(conference: Conference, key: uuid.UUID) -> ConferenceLeg:
    leg = ConferenceLeg.objects.filter(session__conference=conference, pk=key).select_related("session").first()
    if leg is None:
        raise ProblemError.of_errors(422, [FieldError("leg_id", "not_found", "There is no such object.")])
    return leg


@conferences_router.post(
    f"{ONE}/start", response={202: SessionOut}, auth=Needs(CHANGE), operation_id="start_conference"
)
def start(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - as above
    """Call everybody."""
    actor = request.user.get_username()
    return _do(request, id, lambda found: services.start_conference(conference=found, actor=actor))


@conferences_router.post(f"{ONE}/end", response={202: SessionOut}, auth=Needs(CHANGE), operation_id="end_conference")
def end(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - as above
    """Put everybody out, and end the calls that ring."""
    return _do(request, id, lambda found: services.end_conference(conference=found))


@conferences_router.post(f"{ONE}/lock", response={202: SessionOut}, auth=Needs(CHANGE), operation_id="lock_conference")
def lock(request: HttpRequest, id: uuid.UUID, payload: LockIn) -> Any:  # noqa: A002 - as above
    """Let nobody else dial in, or let them again."""
    return _do(request, id, lambda found: services.lock_conference(conference=found, locked=payload.locked))


@conferences_router.post(f"{ONE}/add", response={202: SessionOut}, auth=Needs(CHANGE), operation_id="call_into_session")
def add(request: HttpRequest, id: uuid.UUID, payload: CallIn) -> Any:  # noqa: A002 - as above
    """Call somebody else into the session that goes on."""
    number, name = payload.number, payload.name
    return _do(request, id, lambda found: services.add_to_conference(conference=found, number=number, name=name))


@conferences_router.post(f"{ONE}/mute", response={202: SessionOut}, auth=Needs(CHANGE), operation_id="mute_participant")
def mute(request: HttpRequest, id: uuid.UUID, payload: MuteIn) -> Any:  # noqa: A002 - as above
    """Have somebody in the room not heard, or heard again."""
    return _do(request, id, lambda found: services.mute_leg(leg=_leg(found, payload.leg_id), muted=payload.muted))


@conferences_router.post(f"{ONE}/kick", response={202: SessionOut}, auth=Needs(CHANGE), operation_id="kick_participant")
def kick(request: HttpRequest, id: uuid.UUID, payload: LegChoice) -> Any:  # noqa: A002 - as above
    """End the call of somebody who has joined, rings, or waits to be called."""
    return _do(request, id, lambda found: services.put_out(leg=_leg(found, payload.leg_id)))


@conferences_router.post(
    f"{ONE}/call-again", response={202: SessionOut}, auth=Needs(CHANGE), operation_id="call_participant_again"
)
def again(request: HttpRequest, id: uuid.UUID, payload: LegChoice) -> Any:  # noqa: A002 - as above
    """Call somebody once more who did not join, or left."""
    return _do(request, id, lambda found: services.call_again(leg=_leg(found, payload.leg_id)))
