"""When a conference is held next. Pure; days and hours are those of the zone of the moment that is given."""

import calendar
from collections.abc import Callable
from datetime import datetime, timedelta

from asterisk_sync.models import Repeat

FRIDAY = 4
MOST_STEPS = 100_000


def next_time(first: datetime | None, repeats: str, after: datetime) -> datetime | None:
    """Return the first moment later than `after` at which the conference is held; None where there is none.

    `first` is in the operator's zone: a weekly conference at 09:00 stays at 09:00 when summer time begins. A monthly
    one is held on the last day of a month that lacks its day, one of Monday to Friday not on a first day that is none.
    """
    if first is None or repeats == Repeat.NEVER:
        return first if first is not None and first > after else None
    step = STEPS[Repeat(repeats)]
    for count in range(_steps_until(first, repeats, after), MOST_STEPS):
        moment = step(first, count)
        if moment > after and not (repeats == Repeat.WEEKDAYS and moment.weekday() > FRIDAY):
            return moment
    return None


def _steps_until(first: datetime, repeats: str, after: datetime) -> int:
    """Return a number of steps that does not lead beyond `after`, near to it."""
    longest = {Repeat.WEEKLY: 7, Repeat.MONTHLY: 31}.get(Repeat(repeats), 1)
    return max(0, (after - first).days // longest - 1)


def _days(length: int) -> Callable[[datetime, int], datetime]:
    return lambda first, count: first + timedelta(days=length * count)


def _months(first: datetime, count: int) -> datetime:
    months = first.month - 1 + count
    year, month = first.year + months // 12, months % 12 + 1
    return first.replace(year=year, month=month, day=min(first.day, calendar.monthrange(year, month)[1]))


STEPS: dict[Repeat, Callable[[datetime, int], datetime]] = {
    Repeat.DAILY: _days(1),
    Repeat.WEEKDAYS: _days(1),
    Repeat.WEEKLY: _days(7),
    Repeat.MONTHLY: _months,
}
