"""Days, months and periods on the installation's clock (TIME_ZONE), as half-open spans of time; pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.accounts.errors import InvalidPeriod

LONGEST_DAYS = 366
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)
# The days that database and calendar can both compute with.
DAYS_WITHIN_REACH = [MinValueValidator(EARLIEST), MaxValueValidator(LATEST)]
ONE_DAY = timedelta(days=1)
# A call counts when it ends, and its record is stored by its start: so long before at most, so that older partitions
# of the records need not be read.
LONGEST_CALL = timedelta(days=31)


def start_of(day: date) -> datetime:
    """Return the first moment of a day; where summer time begins at midnight, that is one o'clock."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())


def day_of(moment: datetime) -> date:
    """Return the day that a moment belongs to."""
    return timezone.localtime(moment, timezone.get_default_timezone()).date()


def first_of_month(day: date) -> date:
    """Return the first day of the month."""
    return day.replace(day=1)


def next_month(day: date) -> date:
    """Return the first day of the month after."""
    return (first_of_month(day) + timedelta(days=31)).replace(day=1)


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` until `after`, which is no longer part of it."""

    first: date
    after: date

    def __post_init__(self) -> None:
        if self.after <= self.first:
            raise InvalidPeriod(_("The last day is before the first."), field="last")
        if (self.after - self.first).days > LONGEST_DAYS:
            raise InvalidPeriod(_("A statement covers a year at most."), field="last")

    @classmethod
    def month_of(cls, day: date) -> Self:
        """Return the month that has the day."""
        return cls(first_of_month(day), next_month(day))

    @property
    def last(self) -> date:
        """Return the last day."""
        return self.after - ONE_DAY

    @property
    def begins(self) -> datetime:
        """Return its first moment."""
        return start_of(self.first)

    @property
    def ends(self) -> datetime:
        """Return the first moment that is no longer in it."""
        return start_of(self.after)
