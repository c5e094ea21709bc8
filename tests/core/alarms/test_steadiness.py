"""Alarms of what flaps neither open nor close with each beat of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from voipadmin.core.alarms.kinds import AlarmKind, declare
from voipadmin.core.alarms.services import report_subject
from voipadmin.core.alarms.steadiness import report_steadily, settle
from voipadmin.core.models import Alarm

FLAPS = declare(AlarmKind("test_flaps", "%(name)s flaps", "plug"))
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
TICK = timedelta(seconds=15)


def played(looks: list[bool], opens: int, closes: int) -> list[bool]:
    """Return whether the alarm is open after each look of 15 s, by `settle` alone."""
    since: dict[str, datetime] = {}
    last: dict[str, datetime] = {}
    states = []
    for number, is_seen in enumerate(looks):
        now = NOON + number * TICK
        seen = frozenset({"gw"}) if is_seen else frozenset()
        found = settle(seen, since, last, now, opens_after=opens * TICK, closes_after=closes * TICK)
        since = dict(found.seen_since)
        last = dict.fromkeys(found.standing, now) | {subject: last[subject] for subject in found.kept}
        states.append(bool(last))
    return states


def runs(values: list[bool], wanted: bool) -> list[int]:
    """Return how long each run of `wanted` is."""
    lengths, length = [], 0
    for value in [*values, not wanted]:
        if value is wanted:
            length += 1
        elif length:
            lengths.append(length)
            length = 0
    return lengths


@given(looks=st.lists(st.booleans(), max_size=60), opens=st.integers(0, 6), closes=st.integers(0, 6))
def test_only_what_lasts_opens_and_only_what_is_over_closes(looks: list[bool], opens: int, closes: int) -> None:
    states = played(looks, opens, closes)
    if all(length <= opens for length in runs(looks, wanted=True)):
        assert not any(states) or opens == 0
    for number, is_open in enumerate(states):
        window = looks[max(0, number - max(closes, 1) + 1) : number + 1]
        before = states[number - 1] if number else False
        if before and not is_open:
            assert not any(window), "it closed though it was seen a moment ago"
        if is_open and not before:
            assert all(looks[number - opens : number + 1]), "it opened though it was away a moment ago"


@pytest.mark.django_db
def test_a_flap_is_no_alarm_and_an_outage_is_one() -> None:
    cache.delete("core:alarm_seen:test_flaps")

    def look(second: int, *names: str) -> None:
        seen: dict[str, dict[str, Any]] = {name: {"name": name} for name in names}
        minute, two = timedelta(seconds=60), timedelta(seconds=120)
        report_steadily(FLAPS, seen, now=start + timedelta(seconds=second), opens_after=minute, closes_after=two)

    start = timezone.now()
    for second in range(0, 600, 30):
        look(second, *(["gw"] if second % 60 == 0 else []))
    assert not Alarm.objects.exists()
    for second in range(600, 700, 15):
        look(second, "gw")
    alarm = Alarm.objects.get()
    assert alarm.opened_at == start + timedelta(seconds=660)
    for second in range(700, 1000, 30):
        look(second, *(["gw"] if second % 60 == 40 else []))
    assert Alarm.objects.get().closed_at is None
    assert Alarm.objects.get().count == 1
    for second in range(1000, 1200, 15):
        look(second)
    assert Alarm.objects.get().closed_at is not None


@pytest.mark.django_db
def test_one_subject_is_reported_without_the_others() -> None:
    report_subject(FLAPS, "a", {"name": "a"})
    report_subject(FLAPS, "b", {"name": "b"})
    report_subject(FLAPS, "a", {"name": "a"})
    report_subject(FLAPS, "b", None)
    report_subject(FLAPS, "c", None)
    assert list(Alarm.objects.filter(closed_at=None).values_list("subject", "count")) == [("a", 1)]
