"""What the REST API takes and gives of conferences."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from ninja import FilterLookup, FilterSchema
from pydantic import Field

from asterisk_sync.conferences.queries import LegView, SessionView
from asterisk_sync.conferences.services import MOST_PARTICIPANTS
from asterisk_sync.models import Conference, ConferenceParticipant, EndReason, LegState, Repeat
from voipadmin.core.api.schemas import Input, Moment, Output, secret_field

Dialled = Annotated[str, Field(min_length=1, max_length=48)]
ShortName = Annotated[str, Field(max_length=80)]


class ParticipantIn(Input):
    """Somebody who is called; `number` is one as the customer dials it, or one of its extensions."""

    number: Dialled
    name: ShortName = ""
    email: Annotated[str, Field(max_length=254)] = ""
    is_moderator: bool = False
    starts_muted: bool = False


class ConferenceIn(Input):
    """A conference. One without `starts_at` is started at once when it is created, unless `start` is false."""

    customer_id: uuid.UUID
    name: ShortName
    caller_id_number: Annotated[str, Field(max_length=15)] = ""
    participants: Annotated[list[ParticipantIn], Field(max_length=MOST_PARTICIPANTS)] = []
    ring_seconds: Annotated[int, Field(ge=5, le=180)] = 45
    longest_minutes: Annotated[int, Field(ge=1, le=1_440)] = 120
    waits_for_moderator: bool = False
    ends_with_moderator: bool = False
    records: bool = False
    dial_in_id: uuid.UUID | None = None
    pin: str | None = secret_field("Asked of those who dial in, 4 to 10 digits; an empty one clears it.")
    starts_at: Moment | None = None
    repeats: Repeat = Repeat.NEVER
    remind_minutes: Annotated[int, Field(ge=0, le=10_080)] = 0
    start: Annotated[bool | None, Field(description="Whether to call everybody now. Only when it is created.")] = None


class ParticipantOut(Output):
    """Somebody who is called."""

    number: str
    name: str
    email: str
    is_moderator: bool
    starts_muted: bool

    @staticmethod
    def resolve_number(participant: ConferenceParticipant) -> str:
        """Return the number as people are shown it."""
        return participant.shown_number


class LegOut(Output):
    """A call of a session; `price` is null until its record is there and priced, `why` says why it did not join."""

    id: uuid.UUID
    number: str
    name: str
    state: LegState
    is_moderator: bool
    dialled_in: bool
    is_muted: bool
    cause: int | None
    why: str
    called_at: datetime | None
    joined_at: datetime | None
    left_at: datetime | None
    price: Decimal | None
    currency: str


class TotalOut(Output):
    """What the calls of a session cost together so far, in one currency."""

    currency: str
    price: Decimal


class SessionOut(Output):
    """A session with its calls; `end_reason` is empty while it goes on."""

    id: uuid.UUID
    started_at: datetime
    started_by: str
    closes_at: datetime
    ended_at: datetime | None
    end_reason: EndReason | None
    is_locked: bool
    seen_at: datetime | None
    recording: str
    legs: list[LegOut]
    totals: list[TotalOut]


class ConferenceOut(Output):
    """A conference, without its PIN; `session_id` is that of the session that goes on."""

    id: uuid.UUID
    customer_id: uuid.UUID
    name: str
    caller_id_number: str
    participants: list[ParticipantOut]
    ring_seconds: int
    longest_minutes: int
    waits_for_moderator: bool
    ends_with_moderator: bool
    records: bool
    dial_in_id: uuid.UUID | None
    starts_at: datetime | None
    repeats: Repeat
    remind_minutes: int
    next_at: datetime | None
    session_id: uuid.UUID | None
    created_at: datetime
    updated_at: datetime

    @staticmethod
    def resolve_participants(conference: Conference) -> list[Any]:
        """Return them in their order."""
        return list(conference.participants.all())

    @staticmethod
    def resolve_session_id(conference: Conference) -> uuid.UUID | None:
        """Return the session that goes on."""
        return next((session.pk for session in conference.sessions.all() if session.ended_at is None), None)


class ConferenceFilters(FilterSchema):
    """What a list of conferences may be narrowed by."""

    customer_id: uuid.UUID | None = None
    search: Annotated[str | None, FilterLookup(["name__icontains", "customer__code__icontains"])] = None


class LegChoice(Input):
    """A call of the session that goes on."""

    leg_id: uuid.UUID


class MuteIn(LegChoice):
    """A call, and whether it is muted."""

    muted: bool = True


class LockIn(Input):
    """Whether the room is locked against those who dial in."""

    locked: bool = True


class CallIn(Input):
    """Somebody to call into the session that goes on."""

    number: Dialled
    name: ShortName = ""


def leg_out(view: LegView) -> LegOut:
    """Return a call as scripts are shown it."""
    names = ("id", "number", "name", "is_moderator", "dialled_in", "is_muted", "cause", "called_at",
             "joined_at", "left_at")  # fmt: skip
    values = {name: getattr(view.leg, name) for name in names}
    return LegOut.model_construct(
        **values, state=LegState(view.leg.state), why=str(view.why), price=view.price, currency=view.currency
    )


def session_out(view: SessionView) -> SessionOut:
    """Return a session as scripts are shown it."""
    session = view.session
    names = ("id", "started_by", "closes_at", "ended_at", "is_locked", "seen_at")
    values = {name: getattr(session, name) for name in names}
    totals = [TotalOut.model_construct(currency=name, price=price) for name, price in view.totals.items()]
    return SessionOut.model_construct(
        **values,
        started_at=session.created_at,
        recording=session.recording(),
        end_reason=EndReason(session.end_reason) if session.end_reason else None,
        legs=[leg_out(leg) for leg in view.legs],
        totals=totals,
    )
