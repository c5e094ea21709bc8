"""The roll-ups are the records, to the last digit, whatever comes late or is rated again."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from billing.cdrs.records.partitions import month_of
from billing.cdrs.services import rate_cdrs
from billing.models import Cdr, Direction, Disposition, DroppedMonth
from customers.models import Customer
from reports.models import TrafficHour, UncountedQuarter
from reports.rollups.counting import count_changed_hours
from reports.rollups.delays import LARGEST_ERROR, delay_of, percentile, step_of
from reports.rollups.hours import HOUR, hour_of
from reports.rollups.marking import mark_quarters
from tests.billing.importing import import_file
from tests.billing.rerating.jobs import change_price, previewed, written
from tests.billing.spool_lines import START, failed, spool_line
from tests.factories import CdrFactory, CustomerFactory, GatewayFactory, RouteFactory, TariffFactory
from tests.reports.rollups.recount import assert_the_rollups_are_the_records, delays_of, of_rollups

pytestmark = [pytest.mark.django_db, pytest.mark.postgres15, pytest.mark.slow(seconds=1)]
NOON = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
Import = Callable[..., None]


@pytest.fixture
def importing(tmp_path: Path) -> Import:
    path = tmp_path / "voipadmin.csv"

    def run(*lines: bytes) -> None:
        with path.open("ab") as file:
            file.writelines(lines)
        import_file(path, batch_lines=7)

    return run


@pytest.fixture
def customer() -> Customer:
    made: Customer = CustomerFactory.create()
    return made


def counted(*records: Cdr) -> None:
    mark_quarters(record.ended_at for record in records)
    count_changed_hours()


def drawn(draw: random.Random, objects: dict[str, list[Any]]) -> Cdr:
    """Make a record of anything, within some hours over a day's end."""
    answered = draw.random() < 0.6
    amounts: dict[str, Any] = {}
    if answered and draw.random() < 0.8:
        price, cost = (Decimal(draw.randrange(2_000_000)).scaleb(-6) for _ in range(2))
        sold, bought = draw.choice([("BRL", "BRL"), ("USD", "BRL"), ("BRL", "")])
        amounts = {"price": price, "currency": sold, "billed_seconds": draw.randrange(90)}
        if bought:
            amounts |= {"cost": cost, "cost_currency": bought}
        if sold == bought:
            amounts["margin"] = price - cost
    else:
        amounts["unrated_reason"] = draw.choice(["", "no_tariff", "inbound"])
    return CdrFactory.create(
        started_at=NOON + timedelta(seconds=draw.randrange(0, 20 * 3600), microseconds=draw.randrange(10**6)),
        disposition=Disposition.ANSWERED if answered else draw.choice(Disposition.values[1:]),
        billable_seconds=Decimal(draw.randrange(60_000_000)).scaleb(-6) if answered else 0,
        direction=draw.choice(Direction.values), is_last_attempt=draw.random() < 0.8,
        destination_channel=draw.choice(["", "PJSIP/x-1"]), cause=draw.choice([None, 16, 17, 21, 34]),
        sip_code=draw.choice([None, 200, 603]), post_dial_delay_ms=draw.choice([None, 0, 1, 870, 31_000]),
        matched_pattern=draw.choice(["", "5511"]), called_country=draw.choice(["BR", "US", ""]),
        **{name: draw.choice([*rows, None]) for name, rows in objects.items()}, **amounts,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_rollups_are_the_records_to_the_last_digit(seed: int) -> None:
    gateways = GatewayFactory.create_batch(2)
    objects: dict[str, list[Any]] = {
        "customer": CustomerFactory.create_batch(2), "gateway": gateways, "tariff": TariffFactory.create_batch(2),
        "route": [RouteFactory.create(gateways=gateways)],
    }  # fmt: skip
    draw = random.Random(seed)  # noqa: S311 - nothing here is secret
    records = [drawn(draw, objects) for _ in range(120)]
    counted(*records)
    assert_the_rollups_are_the_records()
    delays = [r.post_dial_delay_ms for r in records if r.post_dial_delay_ms is not None and _is_attempt(r)]
    assert delays_of(TrafficHour.objects.all()) == Counter(map(step_of, delays))


def _is_attempt(record: Cdr) -> bool:
    return bool(record.destination_channel) or record.is_last_attempt


def test_imported_records_are_counted_and_late_ones_as_well(importing: Import, customer: Customer) -> None:
    TariffFactory.create(pattern="55", price_per_minute=Decimal("0.08"))
    call = f"pbx1-{START}.777"
    importing(spool_line(va_customer=customer.pk), failed(uniqueid=call, sequence=900))
    assert count_changed_hours() > 0
    assert_the_rollups_are_the_records()
    before = of_rollups("customer_id")[customer.pk]["price"]
    # Late, in another hour, and one that takes the place of what its call was counted by.
    importing(
        spool_line(
            va_customer=customer.pk, start=f"{START - 9000}.0", answer=f"{START - 8999}.0", end=f"{START - 8900}.0"
        ),
        spool_line(va_customer=customer.pk, uniqueid=call, sequence=901),
    )
    assert UncountedQuarter.objects.exists()
    count_changed_hours()
    assert_the_rollups_are_the_records()
    assert of_rollups("customer_id")[customer.pk]["price"] > before
    assert not UncountedQuarter.objects.exists()


def test_duplicates_change_nothing_and_wait_for_no_count(importing: Import) -> None:
    line = spool_line()
    importing(line)
    count_changed_hours()
    importing(line)
    assert not UncountedQuarter.objects.exists()


def test_what_is_priced_later_is_counted(importing: Import, customer: Customer) -> None:
    importing(spool_line(va_customer=customer.pk))
    count_changed_hours()
    assert sum(row["unrated"] for row in of_rollups("hour").values()) == 1
    TariffFactory.create(pattern="55", price_per_minute=Decimal("0.08"))
    rate_cdrs(cdrs=Cdr.objects.all())
    count_changed_hours()
    assert_the_rollups_are_the_records()
    assert sum(row["price"] for row in of_rollups("hour").values()) > 0


def test_a_rerating_is_counted(customer: Customer) -> None:
    tariff = TariffFactory.create(pattern="55", price_per_minute=Decimal("0.08"))
    records = CdrFactory.create_batch(3, customer=customer, direction=Direction.OUTBOUND, called_number="5511987654321")
    rate_cdrs(cdrs=records)
    counted(*records)
    old = of_rollups("tariff_id")[tariff.pk]["price"]
    change_price(tariff, "0.16")
    written(previewed())
    count_changed_hours()
    assert_the_rollups_are_the_records()
    assert of_rollups("tariff_id")[tariff.pk]["price"] == 2 * old


def test_a_record_of_a_deleted_customer_is_counted_as_nobodys(customer: Customer) -> None:
    counted(CdrFactory.create(customer=customer))
    customer.delete()
    count_changed_hours()
    assert set(of_rollups("customer_id")) == {None}


def test_marks_of_a_transaction_that_fails_are_gone_with_its_records(importing: Import) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012 - the block is what fails
        importing(spool_line())
        raise RuntimeError
    assert not UncountedQuarter.objects.exists()
    assert not Cdr.objects.exists()


def test_the_rollups_of_a_dropped_month_stay(customer: Customer) -> None:
    record = CdrFactory.create(customer=customer, started_at=NOON)
    counted(record)
    DroppedMonth.objects.create(month=month_of(NOON), records=1)
    Cdr.objects.all().delete()
    mark_quarters([record.ended_at])
    count_changed_hours()
    assert of_rollups("customer_id")[customer.pk]["records"] == 1


def test_numbers_of_other_countries_are_told_apart() -> None:
    shown = {
        "5511987654321": False, "+5511987654321": False, "11987654321": False, "1001": False, "": False,
        "+12125551234": True, "0012125551234": True, "351211234567": True,
    }  # fmt: skip
    for number in shown:
        CdrFactory.create(src=number, direction=Direction.OUTBOUND, started_at=NOON)
    CdrFactory.create(src="+12125551234", direction=Direction.INBOUND, started_at=NOON)
    counted(*Cdr.objects.all())
    abroad = sum(row.records for row in TrafficHour.objects.filter(from_abroad=True))
    assert abroad == sum(shown.values())


def test_a_day_is_counted_in_as_many_queries_as_an_hour() -> None:
    def queries(hours: int) -> int:
        records = [CdrFactory.create(started_at=NOON + hour * HOUR) for hour in range(hours)]
        mark_quarters(record.ended_at for record in records)
        with CaptureQueriesContext(connection) as captured:
            assert count_changed_hours() == hours
        return len(captured)

    assert queries(1) == queries(24)


def test_the_command_counts_days_again() -> None:
    CdrFactory.create(started_at=NOON)
    call_command("count_traffic", "--from", "2026-11-23")
    assert_the_rollups_are_the_records()
    assert TrafficHour.objects.count() == 1


@given(st.integers(946_684_800, 2_524_608_000), st.sampled_from(["America/Sao_Paulo", "Asia/Kolkata", "Europe/Lisbon"]))
def test_an_hour_begins_at_most_an_hour_before_with_no_minutes_on_the_clock(second: int, zone: str) -> None:
    aware = datetime.fromtimestamp(second, UTC)
    with override_settings(TIME_ZONE=zone):
        begins = hour_of(aware)
        assert timedelta(0) <= aware - begins < HOUR
        assert hour_of(begins) == begins


@given(st.lists(st.integers(0, 120_000), min_size=1, max_size=200), st.sampled_from([0.5, 0.95]))
def test_a_percentile_of_steps_is_close_to_that_of_the_delays(delays: list[int], fraction: float) -> None:
    found = percentile(Counter(map(step_of, delays)), fraction)
    wanted = max(1, -(-int(fraction * 100) * len(delays) // 100))
    exact = max(1, sorted(delays)[wanted - 1])
    assert found is not None
    assert abs(found - exact) <= LARGEST_ERROR * exact + 1


def test_no_delays_have_no_percentile() -> None:
    assert percentile({}, 0.5) is None
    assert delay_of(step_of(1000)) == pytest.approx(1000, rel=LARGEST_ERROR)
