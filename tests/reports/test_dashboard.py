from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from billing.models import Cdr, Direction, Disposition, UnratedReason
from reports.dashboard.dashboard_stats import DashboardStats, dashboard_stats, day_start
from tests.factories import CdrFactory, CustomerFactory, UserFactory
from voipadmin.users.models import User
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.postgres15]

# 14:30 in São Paulo, where the day began at 03:00 UTC.
NOW = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)


@pytest.fixture
def viewer() -> User:
    user: User = UserFactory.create(role=Role.VIEWER)
    return user


# How long a call of the factory lasts, of which a minute is talk.
LASTED = timedelta(seconds=65)


def sold(at: datetime, price: str | None = "0.10", cost: str | None = "0.04", **values: Any) -> Cdr:
    """Make an answered outgoing call that ended at a moment, with its money, in reais unless said otherwise."""
    values.setdefault("currency", "BRL" if price else "")
    values.setdefault("cost_currency", "BRL" if cost else "")
    amounts = {name: Decimal(text) if text else None for name, text in (("price", price), ("cost", cost))}
    if price and cost and values["currency"] == values["cost_currency"]:
        values["margin"] = Decimal(price) - Decimal(cost)
    return CdrFactory.create(started_at=at - LASTED, direction=Direction.OUTBOUND, **amounts, **values)


def failed(at: datetime, **values: Any) -> Cdr:
    return CdrFactory.create(
        started_at=at - LASTED,
        direction=Direction.OUTBOUND,
        disposition=Disposition.FAILED,
        billable_seconds=0,
        **values,
    )


def test_an_empty_day_has_no_percentages(viewer: User) -> None:
    stats = dashboard_stats(viewer, NOW)
    assert (stats.calls_today, stats.minutes_today, stats.revenue, stats.margin) == (
        0,
        Decimal(0),
        Decimal(0),
        Decimal(0),
    )
    assert (stats.asr_percent, stats.margin_percent, stats.calls_up) == (None, None, None)
    assert (stats.money, stats.top_customers) == ((), ())


def test_the_day_is_summed_up(viewer: User) -> None:
    for minute in range(3):
        sold(NOW - timedelta(minutes=minute + 1))
    failed(NOW - timedelta(minutes=9))
    stats = dashboard_stats(viewer, NOW, calls_up=7)
    assert (stats.calls_up, stats.calls_today, stats.answered_today) == (7, 4, 3)
    assert (stats.asr_percent, stats.minutes_today) == (Decimal(75), Decimal(3))
    assert (stats.revenue, stats.cost, stats.margin) == (Decimal("0.30"), Decimal("0.12"), Decimal("0.18"))
    assert stats.margin_percent == Decimal(60)


def test_a_call_of_several_attempts_counts_once_and_its_money_whole(viewer: User) -> None:
    failed(NOW - timedelta(minutes=2), is_last_attempt=False)
    sold(NOW - timedelta(minutes=1))
    stats = dashboard_stats(viewer, NOW)
    assert (stats.calls_today, stats.answered_today, stats.asr_percent) == (1, 1, Decimal(100))


def test_today_is_the_sites_day_whatever_clock_the_reader_has(viewer: User) -> None:
    midnight = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
    sold(midnight)
    sold(midnight - timedelta(microseconds=1))
    sold(NOW)
    with timezone.override(ZoneInfo("Asia/Tokyo")):
        stats = dashboard_stats(viewer, NOW)
    assert stats.day_started_at == midnight
    assert stats.calls_today == 1
    with override_settings(TIME_ZONE="UTC"):
        assert day_start(NOW) == datetime(2026, 11, 23, tzinfo=UTC)


def test_a_day_on_which_the_clock_changes_begins_at_its_midnight() -> None:
    with override_settings(TIME_ZONE="Europe/Lisbon"):
        evening = datetime(2026, 10, 25, 20, tzinfo=UTC)
        assert evening - day_start(evening) == timedelta(hours=21)


def test_each_hour_stands_beside_yesterdays(viewer: User) -> None:
    sold(NOW - timedelta(hours=1))
    failed(NOW - timedelta(hours=1))
    sold(NOW - timedelta(days=1, hours=1))
    sold(NOW - timedelta(days=1) + timedelta(hours=3))
    sold(NOW - timedelta(days=2))
    stats = dashboard_stats(viewer, NOW)
    hours = {point.hour: point for point in stats.hours}
    assert len(hours) == 24
    assert (hours[13].calls, hours[13].answered, hours[13].calls_yesterday) == (2, 1, 1)
    assert (hours[14].calls, hours[15].calls) == (0, None)
    assert (hours[17].calls_yesterday, hours[17].answered_yesterday) == (1, 1)
    assert stats.calls_yesterday_by_now == 1
    assert sum(point.calls or 0 for point in stats.hours) == stats.calls_today


def test_currencies_are_never_added(viewer: User) -> None:
    at = NOW - timedelta(minutes=5)
    sold(at, "0.10", "0.04")
    sold(at, "1.00", "0.50", currency="USD", cost_currency="USD")
    sold(at, "2.00", "3.00", currency="USD", cost_currency="BRL")
    sold(at, "5.00", None)
    stats = dashboard_stats(viewer, NOW)
    money = {total.currency: total for total in stats.money}
    assert set(money) == {"BRL", "USD"}
    assert (money["BRL"].revenue, money["BRL"].cost, money["BRL"].margin) == (
        Decimal("5.10"),
        Decimal("3.04"),
        Decimal("0.06"),
    )
    assert (money["USD"].revenue, money["USD"].cost, money["USD"].margin) == (
        Decimal("3.00"),
        Decimal("0.50"),
        Decimal("0.50"),
    )
    assert (money["BRL"].margin_percent, money["USD"].margin_percent) == (Decimal(60), Decimal(50))
    assert stats.revenue == Decimal("5.10")


def test_answered_calls_without_a_price_are_counted_as_such(viewer: User) -> None:
    at = NOW - timedelta(minutes=5)
    sold(at, None, None, unrated_reason=UnratedReason.NO_TARIFF)
    sold(at, None, None, unrated_reason=UnratedReason.INBOUND)
    failed(at, unrated_reason=UnratedReason.NO_TARIFF)
    assert dashboard_stats(viewer, NOW).unrated_today == 1


def test_the_customers_with_the_most_minutes_come_first(viewer: User) -> None:
    at = NOW - timedelta(minutes=5)
    customers = CustomerFactory.create_batch(7)
    for place, customer in enumerate(customers):
        for _call in range(place):
            sold(at, customer=customer)
    sold(at, "1.00", "0.50", customer=customers[6], currency="USD", cost_currency="USD")
    top = dashboard_stats(viewer, NOW).top_customers
    assert [total.code for total in top] == [customer.code for customer in reversed(customers[2:])]
    assert (top[0].calls, top[0].minutes) == (7, Decimal(7))
    assert [total.revenue for total in top[0].money] == [Decimal("0.60"), Decimal("1.00")]


def test_a_customer_sees_its_own_calls_and_nobodys_cost() -> None:
    own, other = CustomerFactory.create_batch(2)
    user = UserFactory.create(role=Role.CUSTOMER)
    own.users.add(user)
    sold(NOW - timedelta(minutes=5), customer=own)
    sold(NOW - timedelta(minutes=5), customer=other)
    stats: DashboardStats = dashboard_stats(user, NOW)
    assert (stats.calls_today, stats.revenue) == (1, Decimal("0.10"))
    assert (stats.cost, stats.margin, stats.margin_percent) == (None, None, None)
    assert all(total.cost == total.margin == 0 for total in stats.money)
    assert [total.code for total in stats.top_customers] == [own.code]
    assert all(total.cost == 0 for customer in stats.top_customers for total in customer.money)


def test_the_figures_cannot_be_changed_afterwards(viewer: User) -> None:
    stats = dashboard_stats(viewer, NOW)
    with pytest.raises(FrozenInstanceError):
        stats.calls_today = 1  # type: ignore[misc]  # the point of the test


@pytest.mark.slow(seconds=0.3)
def test_the_dashboard_costs_two_queries_however_many_calls_there_are(viewer: User) -> None:
    for minute in range(20):
        sold(NOW - timedelta(minutes=minute + 1), customer=CustomerFactory.create())
    with CaptureQueriesContext(connection) as queries:
        dashboard_stats(viewer, NOW)
    assert len(queries) == 2
