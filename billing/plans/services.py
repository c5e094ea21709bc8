"""Writes of holiday calendars; plans and time windows are saved by `save_object`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from billing.models import Holiday, HolidayCalendar
from voipadmin.core.errors import DomainError
from voipadmin.core.services import all_or_nothing, save_object


class DayRepeated(DomainError):
    """A calendar names a day once."""

    code = "day_repeated"


@dataclass(frozen=True, slots=True)
class HolidayDay:
    """A day that counts as a holiday, and what people call it."""

    day: date
    name: str = ""


def save_calendar(*, calendar: HolidayCalendar, days: Iterable[HolidayDay] | None) -> HolidayCalendar:
    """Save a calendar with exactly these days; None leaves its days as they are."""
    with all_or_nothing(calendar):
        HolidayCalendar.objects.select_for_update().filter(pk=calendar.pk).first()
        save_object(calendar)
        if days is not None:
            _save_days(calendar, _by_day(days))
    return calendar


def _by_day(days: Iterable[HolidayDay]) -> dict[date, HolidayDay]:
    wanted: dict[date, HolidayDay] = {}
    for holiday in days:
        if holiday.day in wanted:
            raise DayRepeated(_("%(day)s is in the calendar twice.") % {"day": holiday.day}, field="days")
        wanted[holiday.day] = holiday
    return wanted


def _save_days(calendar: HolidayCalendar, wanted: dict[date, HolidayDay]) -> None:
    stored = {row.day: row for row in calendar.days.all()}
    for day, holiday in wanted.items():
        row = stored.pop(day, None) or Holiday(calendar=calendar, day=day)
        if row._state.adding or row.name != holiday.name:
            row.name = holiday.name
            save_object(row)
    for leftover in stored.values():
        leftover.delete()
