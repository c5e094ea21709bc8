"""Ageing: the spans of days into which numbers are sorted by how long they are where they are."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from reports.dids.queries import counts_by
from voipadmin.core.errors import Message


@dataclass(frozen=True, slots=True)
class AgeSpan:
    """Numbers that are where they are for `least` days or more, but not for as many as the next span's."""

    least: int
    label: Message


SPANS = (
    AgeSpan(0, _("up to 30 days")),
    AgeSpan(30, _("30 to 90 days")),
    AgeSpan(90, _("90 to 180 days")),
    AgeSpan(180, _("180 days to a year")),
    AgeSpan(365, _("over a year")),
)


def ages_of(rows: QuerySet[Any], *, now: datetime) -> list[tuple[AgeSpan, dict[str, int]]]:
    """Return each span with how many numbers of each status it has."""
    whens = [When(since__lte=now - timedelta(days=span.least), then=Value(span.least)) for span in reversed(SPANS)]
    aged = rows.annotate(age_span=Case(*whens, default=Value(0), output_field=IntegerField()))
    found: dict[int, dict[str, int]] = {span.least: {} for span in SPANS}
    row: dict[str, Any]
    for row in counts_by(aged, "age_span", "status"):
        found[row["age_span"]][row["status"]] = row["numbers"]
    return [(span, found[span.least]) for span in SPANS]
