"""What the reports of traffic are narrowed by, and the time before with which they are compared."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay, TruncDate
from django.utils import timezone

from billing.accounts.periods import Period
from billing.models import Tariff
from reports.models import TrafficHour, UncountedQuarter
from reports.rollups.hours import HOUR, hour_of

WEEK_DAYS, HOURS = 7, 24


@dataclass(frozen=True, slots=True)
class TrafficFilters:
    """A time and what narrows its traffic; None and empty text narrow nothing.

    `day`, `hour` (0 to 23) and `weekday` (1 is Monday) are those of the installation's clock.
    """

    begins: datetime
    ends: datetime
    direction: str = ""
    customer_id: uuid.UUID | None = None
    provider_id: uuid.UUID | None = None
    gateway_id: uuid.UUID | None = None
    route_id: uuid.UUID | None = None
    destination: str = ""
    prefix: str = ""
    country: str = ""
    cause: int | None = None
    hour: int | None = None
    weekday: int | None = None
    from_abroad: bool | None = None

    def before(self) -> "TrafficFilters":
        """Return the same a week earlier, or as many whole weeks as the time has."""
        weeks = -(-(self.ends - self.begins) // timedelta(days=WEEK_DAYS))
        return replace(self, begins=_earlier(self.begins, weeks), ends=_earlier(self.ends, weeks))


def _earlier(moment: datetime, weeks: int) -> datetime:
    """Return the moment so many weeks before at which the installation's clock shows the same."""
    zone = timezone.get_default_timezone()
    local = timezone.localtime(moment, zone).replace(tzinfo=None) - timedelta(days=WEEK_DAYS * weeks)
    return local.replace(tzinfo=zone)


def times_of(period: Period, now: datetime) -> tuple[datetime, datetime]:
    """Return beginning and end of a period; one that goes on ends with the hour that is running."""
    return period.begins, max(period.begins + HOUR, min(period.ends, hour_of(now) + HOUR))


def days_until(day: date, count: int = WEEK_DAYS) -> Period:
    """Return the days of which `day` is the last."""
    return Period(day - timedelta(days=count - 1), day + timedelta(days=1))


NARROWS: dict[str, Callable[[Any], Q]] = {
    "begins": lambda value: Q(hour__gte=value),
    "ends": lambda value: Q(hour__lt=value),
    "destination": lambda value: Q(tariff_id__in=Tariff.objects.filter(name=value).values("pk")),
    "hour": lambda value: Q(clock_hour=value),
    "weekday": lambda value: Q(clock_weekday=value),
}


def traffic(filters: TrafficFilters) -> QuerySet[Any]:
    """Return the roll-ups that pass the filters, with hour, day, weekday, and hour of the week, of our clock."""
    zone = timezone.get_default_timezone()
    rows: QuerySet[Any] = TrafficHour.objects.annotate(
        clock_hour=ExtractHour("hour", tzinfo=zone),
        clock_weekday=ExtractIsoWeekDay("hour", tzinfo=zone),
        clock_day=TruncDate("hour", tzinfo=zone),
        clock_week=ExtractIsoWeekDay("hour", tzinfo=zone) * HOURS + ExtractHour("hour", tzinfo=zone),
    )
    for item in fields(filters):
        value = getattr(filters, item.name)
        if value not in (None, ""):
            rows = rows.filter(NARROWS[item.name](value) if item.name in NARROWS else Q(**{item.name: value}))
    return rows


def is_all_counted(filters: TrafficFilters) -> bool:
    """Tell whether no hour of the time waits to be counted."""
    return not UncountedQuarter.objects.filter(quarter__gte=filters.begins, quarter__lt=filters.ends).exists()
