"""Sums of roll-ups by any column of theirs: calls, attempts, seconds, money of one currency, and delays."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from functools import reduce
from operator import add, attrgetter
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from billing.cdrs.queries import ZERO
from billing.models import Account, Tariff
from reports.dashboard.kpis import percent
from reports.rollups.days import summed_days
from reports.rollups.delays import percentile
from reports.traffic.days import are_days_enough, day_key, day_rows, hours_beside
from reports.traffic.filters import TrafficFilters, traffic
from routing.models import Provider

COUNTED = ("calls", "answered_calls", "attempts", "answered", "effective", "short", "unrated", "billed_seconds",
           "talk_seconds")  # fmt: skip
# Amount -> the column whose currency it is in.
MONEY = {
    "price": "currency",
    "cost": "cost_currency",
    "margin": "currency",
    "price_with_margin": "currency",
    "lost": "currency",
    "losses": "currency",
}


@dataclass(frozen=True, slots=True)
class TrafficSums:
    """What a part of the traffic comes to. Money is of one currency; the formulas are those of `dashboard.kpis`."""

    calls: int = 0
    answered_calls: int = 0
    attempts: int = 0
    answered: int = 0
    effective: int = 0
    short: int = 0
    unrated: int = 0
    losses: int = 0
    billed_seconds: int = 0
    talk_seconds: Decimal = ZERO
    price: Decimal = ZERO
    cost: Decimal = ZERO
    margin: Decimal = ZERO
    price_with_margin: Decimal = ZERO
    lost: Decimal = ZERO
    delays: Counter[int] = field(default_factory=Counter)

    def __add__(self, other: "TrafficSums") -> "TrafficSums":
        return TrafficSums(*map(add, _values_of(self), _values_of(other)))

    @property
    def minutes(self) -> Decimal:
        """Return the minutes of conversation."""
        return self.talk_seconds / 60

    @property
    def margin_percent(self) -> Decimal | None:
        """Return the margin in percent of the price that it belongs to."""
        return 100 * self.margin / self.price_with_margin if self.price_with_margin else None

    @property
    def asr_percent(self) -> Decimal | None:
        """Return answered attempts in percent of attempts."""
        return percent(self.answered, self.attempts)

    @property
    def ner_percent(self) -> Decimal | None:
        """Return attempts for which the network did its part, in percent of attempts."""
        return percent(self.effective, self.attempts)

    @property
    def acd_seconds(self) -> Decimal | None:
        """Return the average length of an answered attempt."""
        return self.talk_seconds / self.answered if self.answered else None

    @property
    def short_percent(self) -> Decimal | None:
        """Return short calls in percent of answered attempts."""
        return percent(self.short, self.answered)

    @property
    def pdd_p50_ms(self) -> int | None:
        """Return the delay that half of the attempts are not above."""
        return percentile(self.delays, 0.5)

    @property
    def pdd_p95_ms(self) -> int | None:
        """Return the delay that 95 % of the attempts are not above."""
        return percentile(self.delays, 0.95)


# A report by customer adds thousands of these.
_values_of = attrgetter(*(item.name for item in fields(TrafficSums)))
NOTHING = TrafficSums()
EVERY = (*COUNTED, *MONEY)
# What the figures beside the lines need: the fewer are summed up, the faster.
FEW = ("calls", "attempts", "answered", "margin")


def sums_by(
    filters: TrafficFilters, column: str, currency: str, names: Sequence[str] = EVERY
) -> dict[Any, TrafficSums]:
    """Return the sums of the traffic by a column; amounts are those of `currency`.

    Days that are summed up are read as such, where nothing but the direction narrows them; the others by their hours.
    """
    totals = {f"sum_{name}": _sum(name, currency) for name in names}
    found: dict[Any, TrafficSums] = {}
    for rows, key_of in _parts(filters, column):
        for row in rows.annotate(**totals):
            key = key_of(row)
            sums = TrafficSums(**{name: row[f"sum_{name}"] for name in names})
            found[key] = found[key] + sums if key in found else sums
    return found


def _parts(filters: TrafficFilters, column: str) -> list[tuple[QuerySet[Any], Callable[[dict[str, Any]], Any]]]:
    """Return what has to be grouped and summed up, of days and of hours, and how each tells the value of the column."""
    days = summed_days(filters.begins, filters.ends) if are_days_enough(filters, column) else []
    parts: list[tuple[QuerySet[Any], Callable[[dict[str, Any]], Any]]] = []
    if days:
        parts.append((day_rows(filters, column, days), day_key(column)))
    rest = hours_beside(filters, days)
    if rest is not None:
        hours = traffic(filters).filter(rest).order_by().values(cut_key=F(column))
        parts.append((hours, lambda row: row["cut_key"]))
    return parts


def _sum(name: str, currency: str) -> Any:
    if name not in MONEY:
        return Sum(name)
    return Coalesce(Sum(name, filter=Q(**{MONEY[name]: currency})), 0 if name == "losses" else ZERO)


# The steps of a roll-up and how often each was stand side by side in two arrays.
DELAYS = """SELECT {keys}, step, sum(delays) FROM ({rows}) traffic ({keys}, steps, counts),
    unnest(steps, counts) delay (step, delays) GROUP BY {keys}, step"""


def delays_by(filters: TrafficFilters, column: str) -> dict[Any, Counter[int]]:
    """Return how often post-dial delays were of each step, by a column."""
    found: dict[Any, Counter[int]] = {}
    for rows, key_of in _parts(filters, column):
        names = list(rows.query.values_select) + list(rows.query.annotation_select)
        asked: Any = rows.filter(delay_steps__isnull=False)
        sql, parameters = asked.values_list(*names, "delay_steps", "delay_counts").query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(DELAYS.format(keys=", ".join(names), rows=sql), parameters)
            for *keys, step, count in cursor.fetchall():
                key = key_of(dict(zip(names, keys, strict=True)))
                found.setdefault(key, Counter())[step] += int(count)
    return found


def total_of(parts: Iterable[TrafficSums]) -> TrafficSums:
    """Return the sum of several parts."""
    return reduce(add, parts, NOTHING)


def known_currencies() -> list[str]:
    """Return the currencies in which something is sold or bought, that of the installation first."""
    found: set[str] = {settings.DEFAULT_CURRENCY}
    for model in (Account, Provider, Tariff):
        found.update(model.objects.order_by().values_list("currency", flat=True).distinct())
    return sorted(found - {""}, key=lambda currency: (currency != settings.DEFAULT_CURRENCY, currency))
