"""The REST API of alarms and silences: look, acknowledge, silence, close, end a silence."""

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from ninja import FilterSchema, Status
from pydantic import AfterValidator, Field

from voipadmin.core.alarm_pages import addressee_api
from voipadmin.core.alarms import handling
from voipadmin.core.alarms.kinds import kind_of, severe_codes
from voipadmin.core.alarms.queries import text_of
from voipadmin.core.api.access import Needs
from voipadmin.core.api.crud import ONE, crud_router, domain_call, find
from voipadmin.core.api.resource import Resource
from voipadmin.core.api.schemas import Input, Moment, Output
from voipadmin.core.models import Alarm, AlarmSilence, AlarmState, AlarmStep


def _printable(value: str) -> str:
    if any(not letter.isprintable() for letter in value):
        raise ValueError("Write one line without control characters.")
    return value


Note = Annotated[str, AfterValidator(_printable), Field(max_length=500)]
Reason = Annotated[str, AfterValidator(_printable), Field(min_length=1, max_length=200)]


class NoteIn(Input):
    """What somebody says with it; it stays in the history."""

    note: Note = ""


class SilenceIn(Input):
    """Until when and why; of this object, of its kind, or of everything."""

    scope: Annotated[
        Literal["object", "kind", "everything"],
        Field(description="This alarm of this object, every alarm of its kind, or every alarm."),
    ] = "object"
    until: Annotated[Moment, Field(description="At most 90 days from now.")]
    reason: Reason


class AlarmEventOut(Output):
    """A step of an alarm's history; `actor` is empty where it happened by itself."""

    step: AlarmStep
    at: datetime
    actor: str
    note: str


class AlarmOut(Output):
    """An alarm; `text` is its sentence in the language of the request, `details` are what it names."""

    id: uuid.UUID
    kind: str
    subject: str
    is_severe: bool
    state: AlarmState
    text: str
    count: int
    opened_at: datetime
    last_seen_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str
    silenced_until: datetime | None
    closed_at: datetime | None
    closed_by: str
    details: dict[str, Any]

    @staticmethod
    def resolve_is_severe(alarm: Alarm) -> bool:
        """Tell whether money or calls are being lost."""
        return kind_of(alarm).is_severe

    @staticmethod
    def resolve_text(alarm: Alarm) -> str:
        """Return the sentence."""
        return text_of(alarm)


class AlarmFilters(FilterSchema):
    """What a list of alarms may be narrowed by."""

    kind: str | None = None
    subject: str | None = None
    is_closed: Annotated[bool | None, Field(description="False: only those that are not over.")] = None
    state: AlarmState | None = None
    severe: bool | None = None
    opened_from: Moment | None = None
    opened_before: Moment | None = None

    def filter_is_closed(self, value: bool | None) -> Q:
        """Keep those that are over, or those that are not."""
        return Q() if value is None else Q(closed_at__isnull=not value)

    def filter_state(self, value: AlarmState | None) -> Q:
        """Keep those of a state."""
        return Q() if value is None else Q(pk__in=Alarm.objects.in_state(value).order_by().values("pk"))

    def filter_severe(self, value: bool | None) -> Q:
        """Keep the severe ones, or the others."""
        severe = Q(kind__in=severe_codes())
        return Q() if value is None else severe if value else ~severe

    def filter_opened_from(self, value: datetime | None) -> Q:
        """Keep those that opened at a moment or later."""
        return Q() if value is None else Q(opened_at__gte=value)

    def filter_opened_before(self, value: datetime | None) -> Q:
        """Keep those that opened before a moment."""
        return Q() if value is None else Q(opened_at__lt=value)


class SilenceOut(Output):
    """A silence; an empty `kind` is every kind, a null `subject` every object."""

    id: uuid.UUID
    kind: str
    subject: str | None
    until: datetime
    actor: str
    reason: str
    created_at: datetime
    ended_at: datetime | None
    ended_by: str


class SilenceFilters(FilterSchema):
    """What a list of silences may be narrowed by."""

    kind: str | None = None
    holds: bool | None = None

    def filter_holds(self, value: bool | None) -> Q:
        """Keep those that hold now, or those that have ended."""
        holding = Q(ended_at=None, until__gt=timezone.now())
        return Q() if value is None else holding if value else ~holding


def _with_silence(queryset: Any) -> Any:
    return queryset.with_silence()


alarms = Resource(
    model=Alarm,
    tag="alarms",
    read=AlarmOut,
    filters=AlarmFilters,
    ordering=("opened_at", "last_seen_at"),
    default_ordering="-opened_at",
    prepare=_with_silence,
)
alarms_router = crud_router(alarms)
silences = Resource(
    model=AlarmSilence,
    tag="silences",
    read=SilenceOut,
    filters=SilenceFilters,
    ordering=("created_at", "until"),
    default_ordering="-created_at",
)
silences_router = crud_router(silences)
CHANGE = Needs("core.change_alarm")


@alarms_router.get(
    f"{ONE}/events", response=list[AlarmEventOut], auth=Needs("core.view_alarm"), operation_id="list_alarm_events"
)
def list_alarm_events(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the path's name
    """List the history of an alarm, oldest first."""
    return [AlarmEventOut.model_validate(event) for event in find(alarms, request.user, id).events.all()]


@alarms_router.post(f"{ONE}/acknowledge", response=AlarmOut, auth=CHANGE, operation_id="acknowledge_alarm")
def acknowledge_alarm(request: HttpRequest, id: uuid.UUID, payload: NoteIn) -> Any:  # noqa: A002 - the path's name
    """Note that somebody sees to it."""
    with domain_call():
        alarm = find(alarms, request.user, id)
        handling.acknowledge_alarm(alarm=alarm, actor=request.user.get_username(), note=payload.note)
    return alarms.shown(find(alarms, request.user, id), request.user)


@alarms_router.post(f"{ONE}/close", response=AlarmOut, auth=CHANGE, operation_id="close_alarm")
def close_alarm(request: HttpRequest, id: uuid.UUID, payload: NoteIn) -> Any:  # noqa: A002 - the path's name
    """Close it; what still stands opens another one."""
    with domain_call():
        alarm = find(alarms, request.user, id)
        handling.close_by_hand(alarm=alarm, actor=request.user.get_username(), note=payload.note)
    return alarms.shown(find(alarms, request.user, id), request.user)


@alarms_router.post(f"{ONE}/silence", response={201: SilenceOut}, auth=CHANGE, operation_id="silence_alarm")
def silence_alarm(request: HttpRequest, id: uuid.UUID, payload: SilenceIn) -> Any:  # noqa: A002 - the path's name
    """Tell nobody of it, of its kind or of anything until a moment."""
    with domain_call():
        alarm = find(alarms, request.user, id)
        silence = handling.silence_alarms(
            kind="" if payload.scope == "everything" else alarm.kind,
            subject=alarm.subject if payload.scope == "object" else None,
            until=payload.until,
            actor=request.user.get_username(),
            reason=payload.reason,
        )
    return Status(201, silences.shown(silence, request.user))


@silences_router.post(
    f"{ONE}/end", response=SilenceOut, auth=Needs("core.change_alarmsilence"), operation_id="end_silence"
)
def end_silence(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the path's name
    """End a silence before its time."""
    with domain_call():
        handling.end_silence(silence=find(silences, request.user, id), actor=request.user.get_username())
    return silences.shown(find(silences, request.user, id), request.user)


ROUTERS = {"alarms": alarms_router, "silences": silences_router, **addressee_api.ROUTERS}
