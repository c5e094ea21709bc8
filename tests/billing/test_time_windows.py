from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rating.time_windows import NEVER_ON_HOLIDAYS, ON_ANY_DAY, ONLY_ON_HOLIDAYS, Window

SAO_PAULO, NEW_YORK = ZoneInfo("America/Sao_Paulo"), ZoneInfo("America/New_York")
EVERY_DAY, WORKDAYS, FRIDAY = 0b1111111, 0b0011111, 0b0010000
MONDAY = date(2026, 11, 23)


def at(day: date, hour: int, minute: int = 0, zone: ZoneInfo = SAO_PAULO) -> datetime:
    return datetime.combine(day, time(hour, minute), zone)


@pytest.mark.parametrize(("hour", "minute", "expected"), [(7, 59, False), (8, 0, True), (19, 59, True), (20, 0, False)])
def test_a_window_holds_from_its_start_until_just_before_its_end(hour: int, minute: int, expected: bool) -> None:
    window = Window(WORKDAYS, time(8), time(20), SAO_PAULO)
    assert window.holds(at(MONDAY, hour, minute)) is expected
    assert not window.holds(at(MONDAY - timedelta(days=1), hour, minute))


def test_hours_after_midnight_belong_to_the_day_on_which_they_began() -> None:
    window = Window(FRIDAY, time(22), time(6), SAO_PAULO)
    friday, saturday = date(2026, 11, 27), date(2026, 11, 28)
    assert [window.holds(at(friday, hour)) for hour in (5, 21, 22, 23)] == [False, False, True, True]
    assert [window.holds(at(saturday, hour)) for hour in (0, 5, 6, 22)] == [True, True, False, False]


def test_midnight_to_midnight_is_the_whole_day() -> None:
    window = Window(FRIDAY, time(0), time(0), SAO_PAULO)
    friday = at(date(2026, 11, 27), 0)
    assert window.holds(friday)
    assert window.holds(friday + timedelta(hours=23, minutes=59))
    assert not window.holds(friday + timedelta(hours=24))


@pytest.mark.parametrize(
    ("on_holidays", "weekdays", "expected"),
    [
        (ON_ANY_DAY, WORKDAYS, True),
        (NEVER_ON_HOLIDAYS, WORKDAYS, False),
        (ONLY_ON_HOLIDAYS, FRIDAY, True),
    ],
)
def test_a_holiday_is_a_weekday_no_day_or_the_only_day(on_holidays: str, weekdays: int, expected: bool) -> None:
    window = Window(weekdays, time(8), time(20), SAO_PAULO, on_holidays, frozenset({MONDAY}))
    assert window.holds(at(MONDAY, 12)) is expected
    assert window.holds(at(MONDAY + timedelta(days=1), 12)) is (on_holidays != ONLY_ON_HOLIDAYS)


def test_an_hour_that_summer_time_repeats_is_within_the_window_both_times() -> None:
    window = Window(EVERY_DAY, time(1), time(2), NEW_YORK)
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert [window.holds(first + timedelta(hours=hour)) for hour in (-1, 0, 1, 2)] == [False, True, True, False]


def test_an_hour_that_summer_time_skips_never_comes() -> None:
    window = Window(EVERY_DAY, time(2), time(3), NEW_YORK)
    midnight = datetime(2026, 3, 8, 5, tzinfo=UTC)
    assert not any(window.holds(midnight + timedelta(minutes=minute)) for minute in range(0, 24 * 60, 10))


@given(st.integers(0, 63_000_000).map(lambda seconds: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)))
def test_the_zone_in_which_a_moment_is_written_changes_nothing(moment: datetime) -> None:
    window = Window(WORKDAYS, time(22), time(6), NEW_YORK)
    written = {window.holds(moment.astimezone(zone)) for zone in (UTC, SAO_PAULO, NEW_YORK, ZoneInfo("Asia/Tokyo"))}
    assert len(written) == 1


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        Window(EVERY_DAY, time(0), time(0), UTC).holds(datetime(2026, 11, 23))  # noqa: DTZ001 - that is the case
