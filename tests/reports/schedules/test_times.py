"""When a schedule runs, and about which days: by the installation's clock, over changes of it and ends of months."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.models import Cadence, ReportSchedule
from reports.schedules.times import days_of_run, next_run

SAO_PAULO, LISBON = ZoneInfo("America/Sao_Paulo"), ZoneInfo("Europe/Lisbon")


def schedule(cadence: str, at: time = time(7), weekday: int = 1, month_day: int = 1) -> ReportSchedule:
    return ReportSchedule(cadence=cadence, at=at, weekday=weekday, month_day=month_day)


@pytest.mark.parametrize(
    ("made", "after", "expected"),
    [
        (schedule("daily"), datetime(2026, 3, 9, 9, 59, tzinfo=UTC), datetime(2026, 3, 9, 10, tzinfo=UTC)),
        (schedule("daily"), datetime(2026, 3, 9, 10, tzinfo=UTC), datetime(2026, 3, 10, 10, tzinfo=UTC)),
        (schedule("weekly"), datetime(2026, 3, 9, 10, tzinfo=UTC), datetime(2026, 3, 16, 10, tzinfo=UTC)),
        (schedule("weekly", weekday=7), datetime(2026, 3, 9, 10, tzinfo=UTC), datetime(2026, 3, 15, 10, tzinfo=UTC)),
        (schedule("monthly"), datetime(2026, 12, 31, 23, tzinfo=UTC), datetime(2027, 1, 1, 10, tzinfo=UTC)),
        (
            schedule("monthly", month_day=28),
            datetime(2026, 2, 28, 10, tzinfo=UTC),
            datetime(2026, 3, 28, 10, tzinfo=UTC),
        ),
    ],
)
def test_the_next_run_is_the_first_of_its_times(made: ReportSchedule, after: datetime, expected: datetime) -> None:
    assert next_run(made, after, SAO_PAULO) == expected


def test_a_time_that_the_clock_skips_or_repeats_runs_once() -> None:
    half_past_one = schedule("daily", time(1, 30))
    spring = next_run(half_past_one, datetime(2026, 3, 28, 12, tzinfo=UTC), LISBON)
    assert spring == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # 01:30 is skipped; the clock shows 02:30
    autumn = next_run(half_past_one, datetime(2026, 10, 24, 12, tzinfo=UTC), LISBON)
    assert autumn == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert next_run(half_past_one, autumn, LISBON) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


@given(
    cadence=st.sampled_from(Cadence.values), at=st.times(), weekday=st.integers(1, 7), month_day=st.integers(1, 28),
    after=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds it
)  # fmt: skip
def test_runs_follow_each_other_and_their_days_leave_no_gap(
    cadence: str, at: time, weekday: int, month_day: int, after: datetime
) -> None:
    made = schedule(cadence, at.replace(tzinfo=None, fold=0), weekday, month_day)
    first = next_run(made, after, LISBON)
    second = next_run(made, first, LISBON)
    longest = {"daily": 1, "weekly": 7, "monthly": 31}[cadence]
    assert after < first <= after + timedelta(days=longest, hours=26)
    assert first < second <= first + timedelta(days=longest, hours=2)
    _begin, last = days_of_run(cadence, first, LISBON)
    begin, _last = days_of_run(cadence, second, LISBON)
    assert begin == last + timedelta(days=1)


def test_a_run_is_about_what_ended_before_it() -> None:
    due = datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert days_of_run("daily", due, SAO_PAULO) == (date(2026, 3, 1), date(2026, 3, 1))
    assert days_of_run("weekly", due, SAO_PAULO) == (date(2026, 2, 23), date(2026, 3, 1))
    assert days_of_run("monthly", due, SAO_PAULO) == (date(2026, 2, 1), date(2026, 2, 28))
