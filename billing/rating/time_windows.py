"""Whether a moment is within the hours of a rate: pure.

The moment is read on the wall clock of the window's zone. An aware moment has one reading there, whatever a computer's
clock was set to: hours that summer time skips never come, and those that it repeats belong to the window both times.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

ON_ANY_DAY, ONLY_ON_HOLIDAYS, NEVER_ON_HOLIDAYS = "weekday", "only", "never"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of some days; bit 0 of `weekdays` is Monday. An end at or before the start is on the next day.

    The hours after midnight belong to the day on which the window began: Friday 22:00 to 06:00 ends on Saturday.
    """

    weekdays: int
    starts_at: time
    ends_at: time
    zone: tzinfo
    on_holidays: str = ON_ANY_DAY
    holidays: frozenset[date] = frozenset()

    def holds(self, at: datetime) -> bool:
        """Tell whether the aware moment `at` is within the window; raise ValueError for a naive one."""
        if at.tzinfo is None:
            raise ValueError("a moment without a zone is within no window")
        local = at.astimezone(self.zone)
        day, clock = local.date(), local.time()
        if self.starts_at < self.ends_at:
            return self.starts_at <= clock < self.ends_at and self._begins_on(day)
        if clock >= self.starts_at and self._begins_on(day):
            return True
        return clock < self.ends_at and self._begins_on(day - _DAY)

    def changes(self, after: datetime, until: datetime) -> set[datetime]:
        """Return the moments after `after`, up to `until`, at which it may begin or end to hold."""
        first = after.astimezone(self.zone).date() - _DAY
        days = (until.astimezone(self.zone).date() - first).days + 1
        clocks = [
            datetime.combine(first + number * _DAY, clock, self.zone).replace(fold=fold)
            for number in range(days + 1)
            for clock in (self.starts_at, self.ends_at)
            for fold in (0, 1)
        ]
        return {moment for moment in clocks if after < moment <= until}

    def _begins_on(self, day: date) -> bool:
        is_holiday = day in self.holidays
        if self.on_holidays == ONLY_ON_HOLIDAYS:
            return is_holiday
        if is_holiday and self.on_holidays == NEVER_ON_HOLIDAYS:
            return False
        return bool(self.weekdays >> day.weekday() & 1)
