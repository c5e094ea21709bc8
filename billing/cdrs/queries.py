"""Reads of call records: by filter, with sums that never mix currencies."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from billing.accounts.periods import LONGEST_CALL
from billing.models import NEEDS_A_TARIFF, Cdr, CdrQuerySet, Disposition, PastRating, UnratedReason

ZERO = Decimal(0)
ANSWERED = Q(disposition=Disposition.ANSWERED)
FINAL_RECORD = Q(is_last_attempt=True)


def counted_within(begins: datetime, ends: datetime) -> Q:
    """Return the condition that a record counts in the time from `begins` until before `ends`: that it ended there.

    Dashboard, reports, statement and ledger all count by this moment (docs/adr/0022-a-call-counts-when-it-ends.md).
    The start only says which partitions are read.
    """
    return counted_from(begins) & counted_before(ends)


def counted_from(moment: datetime) -> Q:
    """Return the condition that a record counts at `moment` or later."""
    return Q(ended_at__gte=moment, started_at__gte=moment - LONGEST_CALL)


def counted_before(moment: datetime) -> Q:
    """Return the condition that a record counts before `moment`."""
    return Q(ended_at__lt=moment, started_at__lt=moment)


@dataclass(frozen=True, slots=True)
class CdrFilters:
    """What a report of calls is narrowed by; None and empty text narrow nothing. `number` is a part of any number.

    `ended_from` and `ended_before` name the time in which calls count, `started_from` and `started_before` look for
    calls by when they began.
    """

    started_from: datetime | None = None
    started_before: datetime | None = None
    ended_from: datetime | None = None
    ended_before: datetime | None = None
    customer_id: uuid.UUID | None = None
    gateway_id: uuid.UUID | None = None
    route_id: uuid.UUID | None = None
    did_id: uuid.UUID | None = None
    tariff_id: uuid.UUID | None = None
    direction: str = ""
    disposition: str = ""
    number: str = ""
    node_name: str = ""
    unrated: bool = False
    loss_making: bool = False
    contradictory: bool = False
    with_attempts: bool = False


# How a filter of CdrFilters narrows where it is no column by its own name.
LOOKUPS = {"started_from": "started_at__gte", "started_before": "started_at__lt"}
CONDITIONS: dict[str, Callable[[Any], Q]] = {
    "ended_from": counted_from,
    "ended_before": counted_before,
    "number": lambda number: (
        Q(src__contains=number)
        | Q(caller__contains=number)
        | Q(called_number__contains=number)
        | Q(dst__contains=number)
        | Q(dialled__contains=number)
    ),
    "unrated": lambda _on: Q(unrated_reason__in=NEEDS_A_TARIFF),
    "loss_making": lambda _on: Q(margin__lt=0),
    "contradictory": lambda _on: Q(unrated_reason=UnratedReason.CONTRADICTORY),
}


def filter_cdrs(rows: CdrQuerySet, filters: CdrFilters) -> CdrQuerySet:
    """Narrow `rows`; without `with_attempts` each call is shown by its final record."""
    if not filters.with_attempts:
        rows = rows.filter(FINAL_RECORD)
    for item in fields(filters):
        value = getattr(filters, item.name)
        if item.name in CONDITIONS and value:
            rows = rows.filter(CONDITIONS[item.name](value))
        elif item.name != "with_attempts" and item.name not in CONDITIONS and value not in (None, ""):
            rows = rows.filter(**{LOOKUPS.get(item.name, item.name): value})
    return rows


@dataclass(frozen=True, slots=True)
class CurrencyTotals:
    """Money of one currency. The margin is of the records whose price and cost are both known in this currency."""

    currency: str
    revenue: Decimal = ZERO
    cost: Decimal = ZERO
    margin: Decimal = ZERO
    revenue_with_margin: Decimal = ZERO

    @property
    def margin_percent(self) -> Decimal | None:
        """Return the margin in percent of the price that it belongs to, or None where nothing was sold."""
        return 100 * self.margin / self.revenue_with_margin if self.revenue_with_margin else None

    def without_cost(self) -> "CurrencyTotals":
        """Return what a customer may see."""
        return CurrencyTotals(self.currency, self.revenue)

    def __add__(self, other: "CurrencyTotals") -> "CurrencyTotals":
        return CurrencyTotals(
            self.currency,
            self.revenue + other.revenue,
            self.cost + other.cost,
            self.margin + other.margin,
            self.revenue_with_margin + other.revenue_with_margin,
        )


# Aggregates over any rows that are grouped by currency and cost_currency.
MONEY = {
    "revenue": Sum("price"),
    "total_cost": Sum("cost"),
    "total_margin": Sum("margin"),
    "revenue_with_margin": Sum("price", filter=Q(margin__isnull=False)),
}


def totals_by_currency(rows: Iterable[Mapping[str, Any]]) -> tuple[CurrencyTotals, ...]:
    """Add rows of the `MONEY` aggregates, each amount under its own currency."""
    totals: dict[str, CurrencyTotals] = {}
    for row in rows:
        sold = CurrencyTotals(
            row["currency"],
            revenue=row["revenue"] or ZERO,
            margin=row["total_margin"] or ZERO,
            revenue_with_margin=row["revenue_with_margin"] or ZERO,
        )
        bought = CurrencyTotals(row["cost_currency"], cost=row["total_cost"] or ZERO)
        for part in (sold, bought):
            if part.currency:
                totals[part.currency] = totals.get(part.currency, CurrencyTotals(part.currency)) + part
    return tuple(totals[currency] for currency in sorted(totals))


@dataclass(frozen=True, slots=True)
class CdrTotals:
    """Sums of a set of records. Seconds are those from answer to end."""

    records: int
    calls: int
    answered: int
    talk_seconds: Decimal
    unrated: int
    loss_making: int
    money: tuple[CurrencyTotals, ...]

    @property
    def asr_percent(self) -> Decimal | None:
        """Return answered calls in percent of calls."""
        return Decimal(100 * self.answered) / self.calls if self.calls else None

    @property
    def minutes(self) -> Decimal:
        """Return the minutes of conversation."""
        return self.talk_seconds / 60

    @property
    def acd_seconds(self) -> Decimal | None:
        """Return the average length of an answered call."""
        return self.talk_seconds / self.answered if self.answered else None


COUNTS = {
    "records": Count("pk"),
    "calls": Count("pk", filter=FINAL_RECORD),
    "answered": Count("pk", filter=FINAL_RECORD & ANSWERED),
    "talk_seconds": Sum("billable_seconds", filter=ANSWERED),
    "unrated": Count("pk", filter=FINAL_RECORD & Q(unrated_reason__in=NEEDS_A_TARIFF)),
    "loss_making": Count("pk", filter=Q(margin__lt=0)),
}


def cdr_totals(rows: CdrQuerySet, *, with_cost: bool = True) -> CdrTotals:
    """Sum up `rows` in one query; without cost where a customer looks."""
    groups = list(rows.order_by().values("currency", "cost_currency").annotate(**COUNTS, **MONEY))
    money = totals_by_currency(groups)
    if not with_cost:
        money = tuple(total.without_cost() for total in money if total.revenue)
    return CdrTotals(
        records=sum(group["records"] for group in groups),
        calls=sum(group["calls"] for group in groups),
        answered=sum(group["answered"] for group in groups),
        talk_seconds=sum((group["talk_seconds"] or ZERO for group in groups), ZERO),
        unrated=sum(group["unrated"] for group in groups),
        loss_making=sum(group["loss_making"] for group in groups) if with_cost else 0,
        money=money,
    )


def calls_seen_by(user: Any) -> CdrQuerySet:
    """Return the records that `user` may see; those of one customer by its key, as an index has them in their order."""
    rows: CdrQuerySet = Cdr.objects.visible_to(user)
    if user.sees_everything:
        return rows
    own = list(user.customers.values_list("pk", flat=True)[:2])
    return rows if len(own) != 1 else Cdr.objects.filter(customer_id=own[0])


def attempts_of(record: Cdr) -> CdrQuerySet:
    """Return every record of the call that `record` belongs to, in the order in which they happened."""
    found = Cdr.objects.filter(node_name=record.node_name, linkedid=record.linkedid)
    rows: CdrQuerySet = found.select_related("gateway", "customer", "tariff").order_by("started_at", "sequence")
    return rows


def past_ratings_of(record: Cdr) -> Any:
    """Return the ratings that a record had before it was rated again, the latest first."""
    return PastRating.objects.filter(cdr_id=record.pk).select_related("rerating").order_by("-version")
