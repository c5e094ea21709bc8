"""Brings the sessions of one node to what is wanted of them, over one AMI connection, and notes what is.

Each round reads what there is on the node. Events only bring the next round forward and tell what no list tells: why a
call ended. So a lost event, a restarted worker or a restarted Asterisk leaves no call ringing for ever.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from asterisk_sync.ami.client import AmiClient
from asterisk_sync.ami.messages import AmiRefusedError
from asterisk_sync.conferences import ami_actions as ami
from asterisk_sync.conferences.ami_actions import is_room
from asterisk_sync.conferences.observation import Sight, is_over, moderators_are_gone, reason_of_end, state_of
from asterisk_sync.models import ConferenceLeg, ConferenceSession, LegState, Node

log = structlog.get_logger(__name__)

# A customer's first conference needs a new set of files on the node.
DIALPLAN_WITHIN = timedelta(seconds=90)
# Q.850: network out of order.
NOT_ON_NODE = 38


@dataclass
class EventNotes:
    """What events told since the connection was opened, by unique id: causes of hang-ups, and who joined."""

    causes: dict[str, int] = field(default_factory=dict)
    joined: set[str] = field(default_factory=set)


@dataclass
class Controller:
    """The sessions of a node, for as long as one connection lasts."""

    node: Node
    client: AmiClient
    notes: EventNotes = field(default_factory=EventNotes)
    _opened: set[UUID] = field(default_factory=set)
    # Sessions of which Asterisk knows nothing any more.
    _restarted: set[UUID] = field(default_factory=set)
    # Customer -> the second in which it was last called for, and how many calls that were.
    _paces: dict[UUID, tuple[int, int]] = field(default_factory=dict)

    def round(self, now: datetime) -> int:
        """Look at each session that goes on and act on it; return how many there were. Raises AmiError.

        1. Read the channels and rooms of the node.
        2. Open the room of a session that is new to this connection, or find that Asterisk was restarted under it.
        3. Note what became of each call.
        4. Do what is wanted: call, mute, put out, lock, end.
        5. Close the session once nobody is left.
        """
        sessions = list(
            ConferenceSession.objects.current()
            .filter(node=self.node)
            .select_related("conference__customer")
            .prefetch_related("legs")
        )
        if not sessions:
            return 0
        channels, rooms = ami.channels_of(self.client), ami.locked_rooms(self.client)
        for room in rooms.keys() - {session.room for session in sessions}:
            self._empty(room)
        for session in sessions:
            self._open(session)
            members = ami.members_of(self.client, session.room) if session.room in rooms else {}
            locked = rooms.get(session.room, False)
            sight = Sight(now, channels, members, frozenset(self.notes.joined), locked=locked)
            legs = list(session.legs.all())
            self._observe(session, legs, sight)
            self._act(session, legs, sight)
            self._close(session, legs, now)
        return len(sessions)

    def _empty(self, room: str) -> None:
        """Put everybody out of a room whose session is over or deleted; rooms of other names are the operator's own."""
        if is_room(room) and not ConferenceSession.objects.current().filter(pk=UUID(room)).exists():
            for member in ami.members_of(self.client, room).values():
                ami.kick(self.client, room, member.channel)

    def _open(self, session: ConferenceSession) -> None:
        """Set the globals of a room once for each connection, unless Asterisk has lost those of before."""
        if session.pk in self._opened:
            return
        self._opened.add(session.pk)
        conference = session.conference
        if session.seen_at is not None and not ami.read_global(self.client, "ends", session.room):
            self._restarted.add(session.pk)
            return
        values = {
            ("waits", session.room): _yes(conference.waits_for_moderator),
            ("ends", session.room): _yes(conference.ends_with_moderator),
            ("file", session.room): session.recording(),
        }
        if conference.dial_in_id:
            values |= {("pin", conference.pk.hex): conference.pin, ("room", conference.pk.hex): session.room}
        for (name, key), value in values.items():
            ami.set_global(self.client, name, key, value)

    def _observe(self, session: ConferenceSession, legs: list[ConferenceLeg], sight: Sight) -> None:
        known = {leg.linkedid for leg in legs}
        for uniqueid, member in sight.members.items():
            if uniqueid not in known:
                legs.append(
                    ConferenceLeg.objects.create(
                        session=session,
                        number=member.caller[:48],
                        dialled_in=True,
                        state=LegState.JOINED,
                        linkedid=uniqueid,
                        uniqueid=uniqueid,
                        channel=member.channel,
                        called_at=sight.at,
                        joined_at=sight.at,
                    )
                )
        for leg in legs:
            if leg.is_open:
                self._observe_leg(leg, sight)
        changed = session.is_locked != sight.locked
        session.is_locked, session.seen_at = sight.locked, sight.at
        session.save(update_fields=["seen_at", *(["is_locked"] if changed else [])])

    def _observe_leg(self, leg: ConferenceLeg, sight: Sight) -> None:
        before = (leg.state, leg.is_muted, leg.is_talking, leg.channel)
        leg.state = state_of(leg, sight)
        member = sight.members.get(leg.linkedid)
        leg.is_muted, leg.is_talking = (member.muted, member.talking) if member else (leg.is_muted, False)
        leg.channel = member.channel if member else sight.channels.get(leg.linkedid, leg.channel)
        if before == (leg.state, leg.is_muted, leg.is_talking, leg.channel):
            return
        if leg.joined_at is None and leg.state in {LegState.JOINED, LegState.LEFT}:
            leg.joined_at = sight.at
        if not leg.is_open:
            self._note_end(leg, sight.at)
        leg.save(
            update_fields=["state", "is_muted", "is_talking", "channel", "joined_at", "left_at", "cause", "updated_at"]
        )

    def _note_end(self, leg: ConferenceLeg, now: datetime) -> None:
        leg.left_at = now
        if leg.cause is None:
            leg.cause = self.notes.causes.get(leg.uniqueid)

    def _act(self, session: ConferenceSession, legs: Sequence[ConferenceLeg], sight: Sight) -> None:
        conference = session.conference
        ends = session.wants_end or sight.at >= session.closes_at or session.pk in self._restarted
        if ends or (conference.ends_with_moderator and moderators_are_gone(legs)):
            for leg in legs:
                self._put_out(session, leg, sight)
            return
        for leg in legs:
            if leg.wants_out:
                self._put_out(session, leg, sight)
            elif leg.state == LegState.WAITING:
                self._call(session, leg, sight.at)
            elif leg.state == LegState.JOINED and leg.wants_mute != leg.is_muted:
                ami.mute(self.client, session.room, leg.channel, muted=leg.wants_mute)
        if session.wants_lock != sight.locked and sight.members:
            ami.lock(self.client, session.room, locked=session.wants_lock)

    def _put_out(self, session: ConferenceSession, leg: ConferenceLeg, sight: Sight) -> None:
        if leg.state == LegState.WAITING:
            leg.state, leg.left_at = LegState.REFUSED, sight.at
            leg.save(update_fields=["state", "left_at", "updated_at"])
        elif leg.state == LegState.JOINED:
            ami.kick(self.client, session.room, leg.channel)
        elif leg.state == LegState.RINGING and leg.linkedid in sight.channels:
            ami.hang_up(self.client, sight.channels[leg.linkedid])

    def _call(self, session: ConferenceSession, leg: ConferenceLeg, now: datetime) -> None:
        """Make a call, as soon as the node has the customer's dialplan and the customer's pace allows another."""
        customer = session.conference.customer
        if not ami.carries_conferences_of(self.client, customer.code):
            if now - leg.created_at > DIALPLAN_WITHIN:
                self._refuse(leg, now, NOT_ON_NODE)
            return
        if not self._may_call(customer.pk, customer.calls_per_second):
            return
        # The node's name and the second come first, as in ids that Asterisk makes: records are looked up by them.
        prefix = f"{self.node.name}-{int(now.timestamp())}.{leg.pk.hex}"
        leg.linkedid, leg.uniqueid = f"{prefix}.1", f"{prefix}.2"
        leg.state, leg.called_at = LegState.RINGING, now
        # Before the call: a worker that dies here leaves a call that was not made, and not one that is made twice.
        leg.save(update_fields=["linkedid", "uniqueid", "state", "called_at", "updated_at"])
        call = ami.LegCall(
            number=leg.number,
            customer_code=customer.code,
            caller=session.conference.shown_caller,
            room=session.room,
            leg=leg.pk.hex,
            linkedid=leg.linkedid,
            uniqueid=leg.uniqueid,
            ring_seconds=session.conference.ring_seconds,
            is_moderator=leg.is_moderator,
            is_muted=leg.wants_mute,
        )
        try:
            ami.originate(self.client, call)
        except (AmiRefusedError, ami.UnfitValueError) as error:
            log.error("conference_call_not_made", leg=str(leg.pk), error=str(error))
            self._refuse(leg, now, NOT_ON_NODE)

    def _refuse(self, leg: ConferenceLeg, now: datetime, cause: int) -> None:
        leg.state, leg.left_at, leg.cause = LegState.REFUSED, now, cause
        leg.save(update_fields=["state", "left_at", "cause", "updated_at"])

    def _may_call(self, customer: UUID, calls_per_second: int) -> bool:
        """Tell whether the customer's limit of calls per second leaves room, and count the call where it does.

        One call less than the limit, where that is more than one: the customer may be calling by itself.
        """
        second = int(time.time())
        last, count = self._paces.get(customer, (second, 0))
        count = count if last == second else 0
        if count >= max(1, calls_per_second - 1):
            return False
        self._paces[customer] = (second, count + 1)
        return True

    def _close(self, session: ConferenceSession, legs: Sequence[ConferenceLeg], now: datetime) -> None:
        if not is_over(legs):
            return
        session.ended_at = now
        session.end_reason = reason_of_end(
            legs,
            wanted=session.wants_end,
            timed_out=now >= session.closes_at,
            restarted=session.pk in self._restarted,
            ends_with_moderator=session.conference.ends_with_moderator,
        )
        session.save(update_fields=["ended_at", "end_reason", "updated_at"])
        names = {"waits": session.room, "ends": session.room, "file": session.room}
        if session.conference.dial_in_id:
            names |= {"pin": session.conference.pk.hex, "room": session.conference.pk.hex}
        for name, key in names.items():
            ami.set_global(self.client, name, key, "")


def _yes(value: bool) -> str:
    return "yes" if value else "no"
