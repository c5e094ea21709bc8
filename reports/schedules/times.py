"""When a schedule runs next, and which days a run is about; pure."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from billing.accounts.periods import ONE_DAY, first_of_month, next_month
from reports.models import Cadence, ReportSchedule

WEEK = timedelta(days=7)


def next_run(schedule: ReportSchedule, after: datetime, zone: tzinfo) -> datetime:
    """Return the first moment after `after` at which a schedule runs, by the clock of `zone`.

    A time that summer time skips is an hour later, one that it repeats is the first of both.
    """
    day = after.astimezone(zone).date() - ONE_DAY
    while True:
        day = _next_day(schedule, day)
        moment = _at(day, schedule.at, zone)
        if moment > after:
            return moment


def _next_day(schedule: ReportSchedule, day: date) -> date:
    """Return the first day after `day` on which a schedule runs."""
    if schedule.cadence == Cadence.MONTHLY:
        this = first_of_month(day).replace(day=schedule.month_day)
        return this if this > day else next_month(day).replace(day=schedule.month_day)
    following = day + ONE_DAY
    if schedule.cadence == Cadence.WEEKLY:
        following += timedelta(days=(schedule.weekday - following.isoweekday()) % 7)
    return following


def _at(day: date, at: time, zone: tzinfo) -> datetime:
    local = datetime.combine(day, at, tzinfo=zone)
    # In UTC: moments of an hour that the clock repeats equal none of another zone.
    return datetime.fromtimestamp(local.timestamp(), tz=UTC)


def days_of_run(cadence: str, due_at: datetime, zone: tzinfo) -> tuple[date, date]:
    """Return the first and the last day that a run is about: the day, the week or the month before it."""
    day = due_at.astimezone(zone).date()
    if cadence == Cadence.MONTHLY:
        last = first_of_month(day) - ONE_DAY
        return first_of_month(last), last
    return (day - WEEK if cadence == Cadence.WEEKLY else day - ONE_DAY), day - ONE_DAY
