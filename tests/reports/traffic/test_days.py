"""Days that are over are summed up by each cut; reports say the same with them as without."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from billing.accounts.periods import day_of, start_of
from billing.models import Cdr
from reports.models import SummedDay, TrafficDay, TrafficHour
from reports.rollups.counting import count_changed_hours
from reports.rollups.days import sum_up_days, summed_days
from reports.rollups.marking import mark_quarters
from reports.traffic.cuts import CUTS
from reports.traffic.days import are_days_enough, hours_beside
from reports.traffic.filters import TrafficFilters
from reports.traffic.sums import delays_by, sums_by
from tests.factories.billing import CdrFactory, TariffFactory
from tests.factories.customers import CustomerFactory
from tests.factories.routing import GatewayFactory

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.3)]

NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
COLUMNS = sorted({cut.column for cut in CUTS.values()} | {"clock_week"})


@pytest.fixture
def records() -> list[Cdr]:
    """Three days of calls of all kinds, counted; the last of them is today."""
    draw = random.Random(7)  # noqa: S311 - no secret
    gateways, customers = [GatewayFactory.create(), None], [CustomerFactory.create(), CustomerFactory.create(), None]
    tariffs = [TariffFactory.create(), None]
    made = []
    for _place in range(60):
        tariff = draw.choice(tariffs)
        price = Decimal(draw.randrange(1, 9)) / 4 if tariff else None
        made.append(
            CdrFactory.create(
                customer=draw.choice(customers), gateway=draw.choice(gateways), tariff=tariff, price=price, cost=price,
                currency=draw.choice(["BRL", "USD"]) if tariff else "", cost_currency="BRL" if tariff else "",
                direction=draw.choice(["outbound", "inbound"]), cause=draw.choice([16, 17, None]),
                called_country=draw.choice(["BR", "PT", ""]), matched_pattern=draw.choice(["5511", ""]),
                src=draw.choice(["551140001000", "4930123456"]), destination_channel="PJSIP/x",
                post_dial_delay_ms=draw.choice([None, 400, 3000]),
                started_at=NOW - timedelta(minutes=draw.randrange(3 * 24 * 60)),
            )
        )  # fmt: skip
    mark_quarters(record.ended_at for record in made)
    count_changed_hours()
    return made


def asked(**values: Any) -> TrafficFilters:
    return TrafficFilters(NOW - timedelta(days=9), NOW + timedelta(hours=1), **values)


def answers(filters: TrafficFilters) -> dict[str, Any]:
    return {column: (sums_by(filters, column, "BRL"), delays_by(filters, column)) for column in COLUMNS}


def test_reports_from_days_say_what_reports_from_hours_say(records: list[Cdr]) -> None:
    questions = [asked(), asked(direction="inbound"), TrafficFilters(NOW - timedelta(days=2), NOW)]
    by_hours = [answers(question) for question in questions]
    assert sum_up_days(NOW) >= 3
    assert [answers(question) for question in questions] == by_hours
    assert len(by_hours[0]["clock_week"][0]) > 20
    # The days are what was read: without their hours the answer is the same, but for what no whole day holds.
    TrafficHour.objects.filter(hour__lt=start_of(day_of(NOW))).delete()
    assert [answers(question) for question in questions[:2]] == by_hours[:2]


def test_a_late_record_takes_its_day_back_to_the_hours_until_it_is_summed_up_anew(records: list[Cdr]) -> None:
    sum_up_days(NOW)
    before = sums_by(asked(), "direction", "BRL")["outbound"].calls
    late = CdrFactory.create(direction="outbound", started_at=NOW - timedelta(days=2))
    mark_quarters([late.ended_at])
    count_changed_hours()
    assert not SummedDay.objects.filter(day=day_of(late.ended_at)).exists()
    assert sums_by(asked(), "direction", "BRL")["outbound"].calls == before + 1
    assert sum_up_days(NOW) == 1
    assert sums_by(asked(), "direction", "BRL")["outbound"].calls == before + 1
    assert sum_up_days(NOW) == 0


def test_today_is_read_from_its_hours_and_never_summed_up(records: list[Cdr]) -> None:
    sum_up_days(NOW)
    today = day_of(NOW)
    assert not TrafficDay.objects.filter(day__gte=today).exists()
    assert sum_up_days(NOW + timedelta(days=1)) == 1
    assert TrafficDay.objects.filter(day=today).exists()


def test_only_whole_days_are_read_as_days(records: list[Cdr]) -> None:
    sum_up_days(NOW)
    day = day_of(NOW) - timedelta(days=1)
    begins, ends = start_of(day), start_of(day + timedelta(days=1))
    second = timedelta(seconds=1)
    assert summed_days(begins, ends) == [day]
    assert summed_days(begins + second, ends) == []
    assert summed_days(begins, ends - second) == []
    assert hours_beside(TrafficFilters(begins, ends), [day]) is None
    assert hours_beside(TrafficFilters(begins - second, ends + second), [day]) is not None


def test_what_narrows_by_more_than_time_and_direction_is_read_from_hours() -> None:
    assert are_days_enough(asked(direction="inbound"), "customer_id")
    for narrowed in ({"country": "BR"}, {"hour": 0}, {"cause": 0}, {"from_abroad": False}, {"weekday": 1}):
        assert not are_days_enough(asked(**narrowed), "customer_id")


def test_a_report_of_summed_days_takes_the_same_queries_however_many_there_are(
    records: list[Cdr], django_assert_max_num_queries: Any
) -> None:
    sum_up_days(timezone.now())
    with django_assert_max_num_queries(3):
        sums_by(asked(), "customer_id", "BRL")
