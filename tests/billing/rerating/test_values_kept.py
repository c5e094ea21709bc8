"""What was read of a call when it was stored is what it is rated by for ever."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from billing.accounts.ledger import account_of
from billing.cdrs.files.spool_import import SpoolImporter
from billing.cdrs.services import rate_cdrs
from billing.models import Cdr, Tariff
from billing.rerating.preview import make_preview
from billing.rerating.services import start_rerating
from customers.models import Customer
from tests.billing.rerating.jobs import balance
from tests.billing.spool_lines import START, spool_line
from tests.factories import CustomerFactory, ExtensionFactory, TariffFactory

pytestmark = pytest.mark.django_db
BEGIN, END = datetime(2026, 11, 1, tzinfo=UTC), datetime(2027, 4, 1, tzinfo=UTC)


@pytest.fixture
def local() -> Tariff:
    """Price calls within area 11 lower than those from elsewhere."""
    TariffFactory.create(pattern="5511", price_per_minute=Decimal("0.30"))
    return TariffFactory.create(pattern="5511", origin_prefix="5511", price_per_minute=Decimal("0.05"))


@pytest.fixture
def customer() -> Customer:
    customer: Customer = CustomerFactory.create(caller_id_number="551140001000")
    account_of(customer)
    return customer


def imported(customer: Customer, **values: str) -> Cdr:
    SpoolImporter("pbx1").replay([spool_line(va_customer=customer.pk, **values).rstrip()], "test")
    return Cdr.objects.latest("created_at")


def changes_of(customer: Customer) -> int:
    job = start_rerating(started_from=BEGIN, started_before=END, reason="Once more", actor="ana", customer=customer)
    assert make_preview(job)
    job.refresh_from_db()
    return int(job.summary["changed"])


def test_a_new_main_number_or_area_prices_no_old_call_anew(customer: Customer, local: Tariff) -> None:
    extension = ExtensionFactory.create(customer=customer)
    record = imported(customer, dst="34001234", channel=f"PJSIP/{extension.sip_username}-00000001")
    assert (record.called_number, record.origin, record.tariff) == ("551134001234", "551140001000", local)
    customer.caller_id_number = "552140001000"
    customer.home_area = "21"
    customer.save()
    extension.home_area = "85"
    extension.save()
    assert changes_of(customer) == 0
    # The same facts of today would come to another price.
    assert imported(customer, dst="1134001234", src="1001").price == Decimal("0.30")


def test_a_changed_price_is_found_by_the_origin_of_then(customer: Customer, local: Tariff) -> None:
    imported(customer)
    Customer.objects.update(caller_id_number="552140001000", home_area="21")
    local.price_per_minute = Decimal("0.07")
    local.save()
    assert changes_of(customer) == 1
    assert balance(customer) == Decimal("-0.05")


def test_a_caller_without_a_number_stays_one(customer: Customer, local: Tariff) -> None:
    Customer.objects.update(caller_id_number="")
    assert imported(customer).origin == ""
    Customer.objects.update(caller_id_number="551140001000")
    assert changes_of(customer) == 0


@pytest.mark.slow(seconds=0.3)
def test_a_record_of_before_is_read_by_what_is_known_now(customer: Customer, local: Tariff) -> None:
    record = imported(customer)
    Cdr.objects.update(origin=None)
    Customer.objects.update(caller_id_number="552140001000")
    assert changes_of(customer) == 1
    Cdr.objects.update(price=None, tariff=None)
    rate_cdrs(cdrs=[record])
    record.refresh_from_db()
    assert (record.origin, record.price) == ("552140001000", Decimal("0.30"))


@pytest.mark.slow(seconds=0.3)
def test_what_was_unreadable_is_read_again_for_its_price_and_kept(customer: Customer, local: Tariff) -> None:
    Customer.objects.update(caller_id_number="")
    record = imported(customer, dst="34001234")
    assert (record.called_number, record.unrated_reason) == ("", "no_number")
    Customer.objects.update(home_area="11")
    rate_cdrs(cdrs=[record])
    record.refresh_from_db()
    assert (record.called_number, record.called_kind, record.price) == ("551134001234", "fixed", Decimal("0.30"))
    Customer.objects.update(home_area="21")
    assert changes_of(customer) == 0


@pytest.mark.parametrize(("day", "key"), [(datetime(2027, 2, 28, 12, tzinfo=UTC), ""),
                                          (datetime(2027, 3, 1, 12, tzinfo=UTC), "5511612345678")])  # fmt: skip
def test_a_file_is_read_by_the_plan_of_the_day_of_each_call(customer: Customer, day: datetime, key: str) -> None:
    # N6: numbers of broadband providers are in use from March 2027 on.
    moved = int(day.timestamp()) - START
    times = {"start": START, "answer": START + 5, "end": START + 65}
    record = imported(
        customer, dst="11612345678", **{name: f"{second + moved}.000000" for name, second in times.items()}
    )
    assert record.called_number == key
    Cdr.objects.update(called_number="", called_kind="")
    rate_cdrs(cdrs=[record])
    record.refresh_from_db()
    assert record.called_number == key


@pytest.mark.slow(seconds=0.3)
def test_both_ways_of_rating_find_the_kept_origin(customer: Customer, local: Tariff) -> None:
    record = imported(customer)
    Cdr.objects.update(origin="552140001000", price=None, tariff=None)
    rate_cdrs(cdrs=[record])
    record.refresh_from_db()
    assert record.price == Decimal("0.30")
    assert changes_of(customer) == 0
