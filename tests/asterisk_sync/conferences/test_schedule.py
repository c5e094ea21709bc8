"""When a conference is held next."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asterisk_sync.conferences.schedule import next_time
from asterisk_sync.models import Repeat

SAO_PAULO, LISBON = ZoneInfo("America/Sao_Paulo"), ZoneInfo("Europe/Lisbon")
FIRST = datetime(2026, 1, 31, 9, tzinfo=SAO_PAULO)  # a Saturday
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1)).map(lambda at: at.replace(tzinfo=SAO_PAULO))  # noqa: DTZ001


def test_once_is_once() -> None:
    assert next_time(FIRST, Repeat.NEVER, FIRST - timedelta(days=1)) == FIRST
    assert next_time(FIRST, Repeat.NEVER, FIRST) is None
    assert next_time(None, Repeat.DAILY, FIRST) is None


def test_the_last_day_stands_for_a_day_that_a_month_lacks() -> None:
    february = next_time(FIRST, Repeat.MONTHLY, FIRST)
    assert february is not None
    assert (february.month, february.day) == (2, 28)
    march = next_time(FIRST, Repeat.MONTHLY, february)
    assert march is not None
    assert (march.month, march.day) == (3, 31)


def test_a_weekly_conference_stays_at_its_hour_when_summer_time_begins() -> None:
    first = datetime(2026, 3, 23, 9, tzinfo=LISBON)
    after = next_time(first, Repeat.WEEKLY, first)
    assert after is not None
    assert (after.day, after.hour) == (30, 9)
    assert after.utcoffset() != first.utcoffset()


@given(st.sampled_from([item for item in Repeat if item != Repeat.NEVER]), MOMENTS)
@pytest.mark.slow(seconds=0.3)
def test_the_next_time_is_later_and_none_is_left_out(repeats: Repeat, after: datetime) -> None:
    found = next_time(FIRST, repeats, after)
    assert found is not None
    assert found > after
    assert (found.hour, found.minute) == (9, 0)
    assert repeats != Repeat.WEEKDAYS or found.weekday() < 5
    # Nothing lies between: asked a moment before what was found, it is found again.
    assert next_time(FIRST, repeats, found - timedelta(microseconds=1)) == found
    longest = {Repeat.DAILY: 1, Repeat.WEEKDAYS: 3, Repeat.WEEKLY: 7, Repeat.MONTHLY: 31}[repeats]
    assert found - max(after, FIRST - timedelta(days=1)) <= timedelta(days=longest + 1)
