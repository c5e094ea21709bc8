"""Reports from days that are summed up: which questions they answer, and which hours are left to be read."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from billing.accounts.periods import start_of
from reports.models import TrafficDay
from reports.rollups.days import CUTS
from reports.traffic.filters import HOURS, TrafficFilters

# Columns that are told from the day, beside a cut: the day itself, and the hour of the week.
FROM_THE_DAY = {"clock_day": "direction", "clock_week": "clock_hour"}
PLAIN = frozenset({"begins", "ends", "direction"})


def are_days_enough(filters: TrafficFilters, column: str) -> bool:
    """Tell whether sums of days by one column answer a question: nothing else narrows it but time and direction."""
    narrowed = {item.name for item in fields(filters) if getattr(filters, item.name) not in (None, "")}
    return narrowed <= PLAIN and (column in CUTS or column in FROM_THE_DAY)


def day_rows(filters: TrafficFilters, column: str, days: Sequence[date]) -> QuerySet[Any]:
    """Return the sums of days, grouped so that `day_key` tells the value of the column."""
    cut = FROM_THE_DAY.get(column, column)
    rows: QuerySet[Any] = TrafficDay.objects.filter(cut=cut, day__in=days).order_by()
    if filters.direction:
        rows = rows.filter(direction=filters.direction)
    if column == "clock_day":
        return rows.values(cut_key=F("day"))
    return rows.values(cut_key=F("key"), cut_day=F("day")) if column == "clock_week" else rows.values(cut_key=F("key"))


def day_key(column: str) -> Callable[[dict[str, Any]], Any]:
    """Return how a group of `day_rows` tells the value of the column, as the roll-ups by hour have it."""
    if column == "clock_week":
        return lambda row: row["cut_day"].isoweekday() * HOURS + int(row["cut_key"])
    if column == "clock_day":
        return lambda row: row["cut_key"]
    read = READ.get(column, UUID if column.endswith("_id") else str)
    empty = "" if read is str else None
    return lambda row: read(row["cut_key"]) if row["cut_key"] != "" else empty


READ: dict[str, Callable[[str], Any]] = {
    "cause": int,
    "clock_hour": int,
    "from_abroad": lambda text: text == "true",
}


def hours_beside(filters: TrafficFilters, days: Sequence[date]) -> Q | None:
    """Return the condition of the hours of a time that are in none of `days`, which are in order; None for none."""
    gaps: list[tuple[datetime, datetime]] = []
    begins = filters.begins
    for day in days:
        if start_of(day) > begins:
            gaps.append((begins, start_of(day)))
        begins = start_of(day + timedelta(days=1))
    if begins < filters.ends:
        gaps.append((begins, filters.ends))
    return reduce(or_, (Q(hour__gte=since, hour__lt=until) for since, until in gaps)) if gaps else None
