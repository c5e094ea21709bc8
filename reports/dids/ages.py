"""Ageing: the spans of days into which numbers are sorted by how long they are where they are."""

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import DurationField, ExpressionWrapper, F, QuerySet, Value
from django.db.models.functions import ExtractDay
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
    """Return each span with how many numbers of each status it has.

    The database counts by days: conditions on the spans would have it look for the moment once for each of them.
    """
    held = ExtractDay(ExpressionWrapper(Value(now) - F("since"), output_field=DurationField()))
    found: list[Counter[str]] = [Counter() for _span in SPANS]
    starts = [span.least for span in SPANS]
    for row in counts_by(rows.annotate(held=held), "held", "status"):
        place = max(0, bisect_right(starts, row["held"]) - 1)
        found[place][row["status"]] += row["numbers"]
    return [(span, dict(counts)) for span, counts in zip(SPANS, found, strict=True)]
