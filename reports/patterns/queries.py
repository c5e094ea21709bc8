"""How many calls a pattern would have taken lately, and which routes and tariffs take the same numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, Sum
from django.db.models.functions import Length

from billing.models import Tariff
from billing.rating.key_patterns import compile_pattern
from reports.models import TrafficHour
from reports.patterns.meaning import Meaning, meaning_of_route, meaning_of_tariff
from routing.models import Route
from voipadmin.core.numbers.plan import NumberingPlan

WEEK = timedelta(days=7)
# So many of the latest calls are looked at: all of a week, or enough to tell its share.
MOST_CALLS = 20_000
MOST_TARIFFS = 500
SHOWN = 6


@dataclass(frozen=True)
class LastWeek:
    """Outgoing calls of the last seven days: `taken` of those that were `looked_at`, the latest, since `since`.

    `calls` are all of them by the roll-ups, where not all were looked at; `about` is the share of them.
    """

    taken: int
    looked_at: int
    since: datetime | None
    calls: int | None = None

    @property
    def about(self) -> int | None:
        """Return how many there were in the week, reckoned from those that were looked at."""
        if self.calls is None or not self.looked_at:
            return None
        return round(self.calls * self.taken / self.looked_at)


# The latest calls come from the index of the newest, partition by partition, and no further.
_SQL = """
SELECT count(*) FILTER (WHERE called_number ~ %(expression)s), count(*), min(started_at)
FROM (SELECT called_number, started_at FROM billing_cdr
      WHERE started_at >= %(since)s AND is_last_attempt AND direction = 'outbound'
      ORDER BY started_at DESC, id DESC LIMIT %(most)s) AS latest
"""


def last_week(meaning: Meaning, now: datetime, *, most: int = MOST_CALLS) -> LastWeek:
    """Return how many calls of the last seven days went to numbers that a pattern takes."""
    expression = "|".join(_expression(key.positions, key.tail) for key in meaning.keys) or "(?!)"
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"expression": f"^(?:{expression})$", "since": now - WEEK, "most": most})
        taken, looked_at, since = cursor.fetchone()
    if looked_at < most:
        return LastWeek(taken, looked_at, since)
    hours = TrafficHour.objects.filter(hour__gte=now - WEEK, direction="outbound")
    # The roll-ups are some seconds behind.
    return LastWeek(taken, looked_at, since, max(hours.aggregate(calls=Sum("calls"))["calls"] or 0, looked_at))


def _expression(positions: Sequence[str], tail: str) -> str:
    body = "".join(f"[{digits}]" if digits else "(?!)" for digits in positions)
    return body + {".": "[0-9]+", "!": "[0-9]*", "": ""}[tail]


def routes_for(meaning: Meaning, user: Any, plan: NumberingPlan, *, besides: Any = None) -> list[Route]:
    """Return the enabled routes that take some of the same numbers, in the order in which they are tried."""
    rows = Route.objects.visible_to(user).filter(enabled=True).exclude(pk=besides).order_by("priority", "pattern")
    return [route for route in rows if meaning.overlaps(meaning_of_route(route.pattern, plan))]


def tariffs_for(
    meaning: Meaning, user: Any, plan: NumberingPlan, now: datetime, *, besides: Any = None
) -> list[Tariff]:
    """Return the tariffs in force that price some of the same numbers, the one that wins over the others first."""
    in_force = Q(effective_from__lte=now) & (Q(effective_until=None) | Q(effective_until__gt=now))
    rows = Tariff.objects.visible_to(user).filter(in_force & _may_overlap(meaning)).exclude(pk=besides)
    candidates = list(rows.select_related("plan").order_by(Length("pattern").desc(), "pattern")[:MOST_TARIFFS])
    found = [row for row in candidates if meaning.overlaps(meaning_of_tariff(row.pattern, row.matches, plan))]
    return sorted(found, key=lambda row: compile_pattern(row.pattern, row.matches).rank, reverse=True)


def _may_overlap(meaning: Meaning) -> Q:
    """Return what can be asked of a price list: patterns, and digits that begin as these do or that these begin as."""
    wanted = Q(pattern__startswith="_")
    for lead in {lead for key in meaning.keys for lead in _written_leads(key.lead)}:
        wanted |= Q(pattern__startswith=lead) | Q(pattern__in=[lead[:length] for length in range(1, len(lead))])
    return wanted


def _written_leads(lead: str) -> Iterator[str]:
    """Yield what digits a price may be written with: those of a code without the zero of its key as well."""
    yield lead
    if lead.startswith("0"):
        yield lead[1:]
