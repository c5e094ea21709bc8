"""What a node shows of a conference, and what it means for each call and for the session. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from asterisk_sync.models import EndReason, LegState

# An asynchronous Originate has its channel within this time.
APPEARS_WITHIN = timedelta(seconds=3)
OPEN = frozenset({LegState.WAITING, LegState.RINGING, LegState.JOINED})


@dataclass(frozen=True, slots=True)
class Member:
    """A channel in the room."""

    channel: str
    caller: str = ""
    muted: bool = False
    talking: bool = False


@dataclass(frozen=True, slots=True)
class Sight:
    """A room as the node shows it at a moment: channels of the node and members of the room by their unique ids.

    `joined` are the unique ids of which an event said that they joined, however short.
    """

    at: datetime
    channels: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, Member] = field(default_factory=dict)
    joined: frozenset[str] = frozenset()
    locked: bool = False


class Leg(Protocol):
    """What matters of a call."""

    state: str
    linkedid: str
    is_moderator: bool
    called_at: datetime | None
    joined_at: datetime | None


def state_of(leg: Leg, sight: Sight) -> LegState:
    """Return the state of a call, by what there is now; that an event was lost changes nothing.

    1. What is in the room has joined.
    2. What had joined and is in the room no more has left.
    3. What was called rings while its channel is there, and a moment longer: it may not be there yet.
    4. What has neither channel nor seat has not joined, unless an event said that it did.
    """
    before = LegState(leg.state)
    if before not in OPEN or before is LegState.WAITING:
        return before
    if leg.linkedid in sight.members:
        return LegState.JOINED
    if before is LegState.JOINED:
        return LegState.LEFT
    is_new = leg.called_at is not None and sight.at - leg.called_at < APPEARS_WITHIN
    if leg.linkedid in sight.channels or is_new:
        return LegState.RINGING
    return LegState.LEFT if leg.linkedid in sight.joined else LegState.REFUSED


def is_over(legs: Iterable[Leg]) -> bool:
    """Tell whether nobody is there and nobody is being called."""
    return all(LegState(leg.state) not in OPEN for leg in legs)


def moderators_are_gone(legs: Iterable[Leg]) -> bool:
    """Tell whether a moderator was there, and none is there or being called."""
    moderators = [leg for leg in legs if leg.is_moderator]
    return any(leg.joined_at for leg in moderators) and is_over(moderators)


def reason_of_end(
    legs: Iterable[Leg], *, wanted: bool, timed_out: bool, restarted: bool, ends_with_moderator: bool
) -> EndReason:
    """Return why a session that is over has ended."""
    legs = list(legs)
    if restarted:
        return EndReason.RESTART
    if timed_out:
        return EndReason.TIME
    if wanted:
        return EndReason.ENDED
    if not any(leg.joined_at for leg in legs):
        return EndReason.NOBODY
    if ends_with_moderator and moderators_are_gone(legs):
        return EndReason.MODERATOR
    return EndReason.LEFT
