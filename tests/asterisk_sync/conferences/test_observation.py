"""What there is on a node decides the state of each call, whichever events were lost."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from asterisk_sync.conferences.observation import (
    APPEARS_WITHIN,
    Member,
    Sight,
    is_over,
    moderators_are_gone,
    reason_of_end,
    state_of,
)
from asterisk_sync.models import EndReason, LegState

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
OVER = {LegState.LEFT, LegState.REFUSED}
CALLED_LONG_AGO = NOW - timedelta(minutes=5)


@dataclass
class Leg:
    state: str = LegState.RINGING
    linkedid: str = "a"
    is_moderator: bool = False
    called_at: datetime | None = CALLED_LONG_AGO
    joined_at: datetime | None = None


def test_what_is_in_the_room_has_joined() -> None:
    assert state_of(Leg(), Sight(NOW, {"a": "Local/1"}, {"a": Member("Local/1")})) == LegState.JOINED


def test_what_has_a_channel_and_no_seat_rings() -> None:
    assert state_of(Leg(), Sight(NOW, {"a": "Local/1"})) == LegState.RINGING


def test_what_was_called_a_moment_ago_need_not_have_a_channel_yet() -> None:
    assert state_of(Leg(called_at=NOW - timedelta(seconds=1)), Sight(NOW)) == LegState.RINGING
    assert state_of(Leg(called_at=NOW - APPEARS_WITHIN), Sight(NOW)) == LegState.REFUSED


def test_who_joined_and_left_between_two_looks_has_left_if_an_event_said_so() -> None:
    assert state_of(Leg(), Sight(NOW, joined=frozenset({"a"}))) == LegState.LEFT


def test_who_is_out_of_the_room_has_left_though_the_channel_lingers() -> None:
    assert state_of(Leg(LegState.JOINED), Sight(NOW, {"a": "Local/1"})) == LegState.LEFT


@given(st.sampled_from(LegState), st.booleans(), st.booleans(), st.booleans())
def test_nothing_that_was_called_stays_open_on_a_node_that_knows_nothing_of_it(
    before: LegState, is_moderator: bool, joined: bool, elsewhere: bool
) -> None:
    others = {"b": "Local/2"} if elsewhere else {}
    after = state_of(
        Leg(before, is_moderator=is_moderator), Sight(NOW, others, joined=frozenset({"a"} if joined else ()))
    )
    assert after in OVER or before == LegState.WAITING
    assert before not in OVER or after == before


def test_a_conference_is_over_when_nobody_is_there_and_nobody_is_called() -> None:
    assert is_over([Leg(LegState.LEFT), Leg(LegState.REFUSED)])
    assert not is_over([Leg(LegState.LEFT), Leg(LegState.WAITING)])


def test_moderators_are_gone_only_when_one_was_there() -> None:
    gone = Leg(LegState.LEFT, is_moderator=True, joined_at=NOW)
    assert moderators_are_gone([gone, Leg(LegState.JOINED)])
    assert not moderators_are_gone([Leg(LegState.REFUSED, is_moderator=True), Leg(LegState.JOINED)])
    assert not moderators_are_gone([gone, Leg(LegState.RINGING, is_moderator=True)])


def _reason(*legs: Leg, wanted: bool = False, timed_out: bool = False, restarted: bool = False) -> EndReason:
    return reason_of_end(legs, wanted=wanted, timed_out=timed_out, restarted=restarted, ends_with_moderator=True)


def test_the_end_has_its_reason() -> None:
    moderator = Leg(LegState.LEFT, is_moderator=True, joined_at=NOW)
    member = Leg(LegState.LEFT, joined_at=NOW)
    assert _reason(member) == EndReason.LEFT
    assert _reason(moderator, member) == EndReason.MODERATOR
    assert _reason(Leg(LegState.REFUSED)) == EndReason.NOBODY
    assert _reason(member, wanted=True) == EndReason.ENDED
    assert _reason(member, wanted=True, timed_out=True) == EndReason.TIME
    assert _reason(member, timed_out=True, restarted=True) == EndReason.RESTART
