"""Time windows as rating knows them."""

from datetime import date
from uuid import UUID

from django.utils import timezone

from billing.models.plan import Holiday, TimeWindow
from billing.rating.time_windows import Window


def load_windows() -> dict[UUID, Window]:
    """Read all time windows with their holidays, on the clock of this installation."""
    holidays: dict[UUID, set[date]] = {}
    for calendar, day in Holiday.objects.values_list("calendar", "day"):
        holidays.setdefault(calendar, set()).add(day)
    zone = timezone.get_default_timezone()
    return {
        row.pk: Window(
            row.weekdays,
            row.starts_at,
            row.ends_at,
            zone,
            row.on_holidays,
            frozenset(holidays.get(row.calendar_id, ())),
        )
        for row in TimeWindow.objects.all()
    }
