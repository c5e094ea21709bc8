"""A call counts once, in the hour, day and month in which it ended, wherever it is counted."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from billing.accounts.call_charges import charge_calls
from billing.accounts.ledger import account_of
from billing.accounts.periods import ONE_DAY, Period, day_of, start_of
from billing.accounts.statements import statement_of
from billing.cdrs.queries import CdrFilters
from billing.models import Cdr, Direction, LedgerEntry
from reports.cdr_report import cdr_report
from reports.dashboard.dashboard_stats import dashboard_stats
from reports.rollups.counting import count_changed_hours
from reports.rollups.marking import mark_quarters
from reports.traffic.cuts import CUTS
from reports.traffic.filters import TrafficFilters
from reports.traffic.lines import lines_by
from tests.factories import CdrFactory, CustomerFactory, GatewayFactory, TariffFactory, UserFactory
from voipadmin.users.models import User
from voipadmin.users.roles import Role

pytestmark = pytest.mark.slow(seconds=2)

# The end of October in São Paulo is at 03:00 UTC of the first of November.
MONTHS_END = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)
OCTOBER, NOVEMBER = (Period.month_of(day_of(MONTHS_END + after)) for after in (-ONE_DAY, ONE_DAY))


def call(*, started: datetime, ended: datetime) -> Cdr:
    """Make a call of two reais, charged to its customer."""
    seconds = Decimal(int((ended - started).total_seconds()))
    made: Cdr = CdrFactory.create(
        customer=CustomerFactory.create(), gateway=GatewayFactory.create(), tariff=TariffFactory.create(),
        direction=Direction.OUTBOUND, started_at=started, answered_at=started, ended_at=ended, duration_seconds=seconds,
        billable_seconds=seconds, price=Decimal(2), currency="BRL",
    )  # fmt: skip
    charge_calls(cdrs=[made])
    mark_quarters([made.ended_at])
    count_changed_hours()
    return made


def whole_day(day: Any) -> datetime:
    """Return the last moment of a day."""
    return start_of(day + ONE_DAY) - timedelta(microseconds=1)


def on_dashboard(user: User, _call: Cdr, period: Period) -> int:
    return sum(_of_the_day(user, whole_day(day)) for day in (period.first, period.last))


def _of_the_day(user: User, moment: datetime) -> int:
    stats = dashboard_stats(user, moment)
    assert stats.calls_today == sum(point.calls or 0 for point in stats.hours)
    assert stats.calls_today == sum(customer.calls for customer in stats.top_customers)
    return stats.calls_today


def in_report(user: User, _call: Cdr, period: Period) -> int:
    filters = CdrFilters(ended_from=period.begins, ended_before=period.ends)
    return cdr_report(user, filters).totals.calls


def on_statement(_user: User, one: Cdr, period: Period) -> int:
    return statement_of(account_of(one.customer), period).calls_count  # type: ignore[arg-type]  # it has a customer


def in_ledger(_user: User, one: Cdr, period: Period) -> int:
    within = LedgerEntry.objects.filter(happened_at__gte=period.begins, happened_at__lt=period.ends)
    return int(within.filter(cdr_id=one.pk).count())


def in_margin_report(_user: User, one: Cdr, period: Period) -> int:
    filters = TrafficFilters(period.begins, period.ends, customer_id=one.customer_id)
    lines = lines_by(CUTS["day"], filters, "BRL")
    assert all(line.part.value == day_of(one.ended_at) for line in lines)
    return sum(line.sums.calls for line in lines)


COUNTS: dict[str, Callable[[User, Cdr, Period], int]] = {
    "dashboard": on_dashboard,
    "report": in_report,
    "margin": in_margin_report,
    "statement": on_statement,
    "ledger": in_ledger,
}


class OnePeriod(TestCase):
    @settings(deadline=None, max_examples=25)
    @given(before=st.integers(-90, 86_000), lasts=st.integers(0, 100_000))
    def test_a_call_over_a_months_end_is_in_one_period_everywhere(self, before: int, lasts: int) -> None:
        """The call begins `before` seconds before the end of October and lasts so many seconds."""
        user: User = UserFactory.create(role=Role.VIEWER)
        started = MONTHS_END - timedelta(seconds=before)
        one = call(started=started, ended=started + timedelta(seconds=lasts))
        in_october = lasts < before
        for name, count in COUNTS.items():
            if name == "dashboard" and abs(lasts - before) >= 86_400:
                continue  # of the dashboard's days only the two beside the end are looked at
            found = [count(user, one, OCTOBER), count(user, one, NOVEMBER)]
            assert found == [int(in_october), int(not in_october)], name


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "day"), [(-1, "2026-10-31"), (0, "2026-11-01")])
def test_the_list_of_calls_has_a_call_on_the_day_on_which_it_ended(seconds: int, day: str) -> None:
    client = Client()
    client.force_login(UserFactory.create(role=Role.VIEWER), backend="voipadmin.users.backends.RoleBackend")
    one = call(started=MONTHS_END - timedelta(minutes=5), ended=MONTHS_END + timedelta(seconds=seconds))
    for asked in ("2026-10-31", "2026-11-01"):
        text = client.get(reverse("billing:cdr_list"), {"since": asked, "until": asked}).content.decode()
        assert (one.get_absolute_url() in text) is (asked == day)
