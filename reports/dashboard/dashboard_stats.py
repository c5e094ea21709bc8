"""The figures of the dashboard. Days are the site's (`TIME_ZONE`), a call counts when it ends; currencies do not mix.

Live state (calls up now, who is reachable) is not in the database: it comes from `asterisk_sync.live.state.state`.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import BooleanField, Case, Count, Q, Sum, Value, When
from django.db.models.functions import ExtractHour
from django.utils import timezone

from billing.cdrs.queries import (
    ANSWERED,
    FINAL_RECORD,
    MONEY,
    ZERO,
    CurrencyTotals,
    counted_within,
    totals_by_currency,
)
from billing.models import NEEDS_A_TARIFF, Cdr, CdrQuerySet
from reports.dashboard.kpis import percent
from voipadmin.users.models import User

HOURS = 24
TOP_CUSTOMERS = 5


@dataclass(frozen=True, slots=True)
class HourPoint:
    """One hour of the chart, today against yesterday; today's hours that have not begun are None."""

    hour: int
    calls: int | None
    answered: int | None
    calls_yesterday: int
    answered_yesterday: int


@dataclass(frozen=True, slots=True)
class CustomerTotals:
    """A customer's day."""

    customer_id: uuid.UUID
    code: str
    name: str
    calls: int
    minutes: Decimal
    money: tuple[CurrencyTotals, ...]


@dataclass(frozen=True, slots=True)
class DashboardStats:
    """The day so far. `calls_up` is None where no node tells; cost and margin are None for who may not see them."""

    as_of: datetime
    day_started_at: datetime
    calls_up: int | None
    calls_today: int
    answered_today: int
    calls_yesterday_by_now: int
    minutes_today: Decimal
    unrated_today: int
    currency: str
    money: tuple[CurrencyTotals, ...]
    shows_cost: bool
    hours: tuple[HourPoint, ...]
    top_customers: tuple[CustomerTotals, ...]

    @property
    def asr_percent(self) -> Decimal | None:
        """Return answered calls in percent of calls (`reports.dashboard.kpis.ASR_FORMULA`)."""
        return percent(self.answered_today, self.calls_today)

    @property
    def main(self) -> CurrencyTotals:
        """Return the totals of the site's own currency; `money` has all."""
        return next((total for total in self.money if total.currency == self.currency), CurrencyTotals(self.currency))

    @property
    def revenue(self) -> Decimal:
        """Return what today's calls were charged, in the site's currency."""
        return self.main.revenue

    @property
    def cost(self) -> Decimal | None:
        """Return what today's calls cost, in the site's currency."""
        return self.main.cost if self.shows_cost else None

    @property
    def margin(self) -> Decimal | None:
        """Return what is left, in the site's currency."""
        return self.main.margin if self.shows_cost else None

    @property
    def margin_percent(self) -> Decimal | None:
        """Return the margin in percent of the price."""
        return self.main.margin_percent if self.shows_cost else None


def day_start(now: datetime) -> datetime:
    """Return the first moment of the site's day in which `now` is."""
    return now.astimezone(timezone.get_default_timezone()).replace(hour=0, minute=0, second=0, microsecond=0)


def dashboard_stats(user: User, now: datetime, *, calls_up: int | None = None) -> DashboardStats:
    """Sum up today until `now` as `user` may see it, in two queries over two days of records."""
    today = day_start(now)
    yesterday = day_start(today - timedelta(hours=12))
    visible = Cdr.objects.visible_to(user)
    groups = _hourly_groups(visible.filter(counted_within(yesterday, now)), today, now)
    current = [group for group in groups if group["is_today"]]
    sees_cost = user.sees_everything
    return DashboardStats(
        as_of=now,
        day_started_at=today,
        calls_up=calls_up,
        calls_today=sum(group["calls"] for group in current),
        answered_today=sum(group["answered"] for group in current),
        calls_yesterday_by_now=sum(group["calls_by_now"] for group in groups if not group["is_today"]),
        minutes_today=_minutes(current),
        unrated_today=sum(group["unrated"] for group in current),
        currency=settings.DEFAULT_CURRENCY,
        money=_money(current, with_cost=sees_cost),
        shows_cost=sees_cost,
        hours=_hours(groups, now),
        top_customers=_top_customers(visible.filter(counted_within(today, now)), with_cost=sees_cost),
    )


def _hourly_groups(rows: CdrQuerySet, today: datetime, now: datetime) -> list[dict[str, Any]]:
    by_now = Q(ended_at__lt=now - timedelta(days=1))
    grouped = (
        rows.order_by()
        .annotate(
            is_today=Case(
                When(ended_at__gte=today, then=Value(True)), default=Value(False), output_field=BooleanField()
            ),
            hour=ExtractHour("ended_at", tzinfo=timezone.get_default_timezone()),
        )
        .values("is_today", "hour", "currency", "cost_currency")
        .annotate(
            calls=Count("pk", filter=FINAL_RECORD),
            calls_by_now=Count("pk", filter=FINAL_RECORD & by_now),
            answered=Count("pk", filter=FINAL_RECORD & ANSWERED),
            unrated=Count("pk", filter=FINAL_RECORD & ANSWERED & Q(unrated_reason__in=NEEDS_A_TARIFF)),
            talk_seconds=Sum("billable_seconds", filter=ANSWERED),
            **MONEY,
        )
    )
    return list(grouped)


def _minutes(groups: Iterable[dict[str, Any]]) -> Decimal:
    return sum((group["talk_seconds"] or ZERO for group in groups), ZERO) / 60


def _money(groups: Iterable[dict[str, Any]], *, with_cost: bool) -> tuple[CurrencyTotals, ...]:
    totals = totals_by_currency(groups)
    return totals if with_cost else tuple(total.without_cost() for total in totals if total.revenue)


def _hours(groups: list[dict[str, Any]], now: datetime) -> tuple[HourPoint, ...]:
    counted = {(day, hour): [0, 0] for day in (True, False) for hour in range(HOURS)}
    for group in groups:
        cell = counted[group["is_today"], group["hour"]]
        cell[0] += group["calls"]
        cell[1] += group["answered"]
    last = now.astimezone(timezone.get_default_timezone()).hour
    return tuple(
        HourPoint(
            hour,
            counted[True, hour][0] if hour <= last else None,
            counted[True, hour][1] if hour <= last else None,
            *counted[False, hour],
        )
        for hour in range(HOURS)
    )


def _top_customers(rows: CdrQuerySet, *, with_cost: bool) -> tuple[CustomerTotals, ...]:
    """Return the customers with the most minutes; those of one customer in several currencies are one line."""
    grouped = (
        rows.filter(customer__isnull=False)
        .order_by()
        .values("customer_id", "customer__code", "customer__name", "currency", "cost_currency")
        .annotate(
            calls=Count("pk", filter=FINAL_RECORD), talk_seconds=Sum("billable_seconds", filter=ANSWERED), **MONEY
        )
    )
    by_customer: dict[uuid.UUID, list[dict[str, Any]]] = {}
    for group in grouped:
        by_customer.setdefault(group["customer_id"], []).append(group)
    totals = [
        CustomerTotals(
            customer_id,
            groups[0]["customer__code"],
            groups[0]["customer__name"],
            sum(group["calls"] for group in groups),
            _minutes(groups),
            _money(groups, with_cost=with_cost),
        )
        for customer_id, groups in by_customer.items()
    ]
    return tuple(sorted(totals, key=lambda total: (-total.minutes, -total.calls, total.code))[:TOP_CUSTOMERS])
