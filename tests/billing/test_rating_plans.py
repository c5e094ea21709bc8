"""Plans, decks, origins and hours in the records that the import and the later pricing leave."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.test import override_settings
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from billing.accounts.ledger import account_of
from billing.cdrs.files.spool_import import SpoolImporter
from billing.cdrs.services import rate_cdrs
from billing.models import BuyRate, Cdr, Direction, Holiday, HolidayCalendar, OnHolidays, RatePlan, Tariff, TimeWindow
from billing.tariffs.loader import CurrentTariffs
from customers.models import Customer
from tests.billing.spool_lines import spool_line
from tests.factories import CdrFactory, CustomerFactory, GatewayFactory, ProviderFactory, TariffFactory

pytestmark = pytest.mark.django_db
YEAR = timedelta(days=365)


def on_plan(plan: RatePlan, **attributes: Any) -> Customer:
    customer = CustomerFactory.create(**attributes)
    account = account_of(customer)
    account.plan = plan
    account.save()
    return customer


def buy_rate(**attributes: Any) -> BuyRate:
    values = {"pattern": "55", "price_per_minute": Decimal("0.01"), "effective_from": timezone.now() - YEAR}
    return BuyRate.objects.create(**(values | attributes))


def priced(**attributes: Any) -> Cdr:
    call = CdrFactory.create(direction=Direction.OUTBOUND, **attributes)
    rate_cdrs(cdrs=[call])
    call.refresh_from_db()
    return call


def test_a_plans_tariff_is_its_customers_before_a_longer_one_of_everybody() -> None:
    plan = RatePlan.objects.create(name="Wholesale")
    everybody = TariffFactory.create(pattern="5511", price_per_minute=Decimal("0.10"))
    own = TariffFactory.create(pattern="55", price_per_minute=Decimal("0.05"), plan=plan)
    assert priced(customer=on_plan(plan)).tariff == own
    assert priced(customer=CustomerFactory.create()).tariff == everybody
    assert priced().tariff == everybody


@pytest.mark.parametrize("falls_back", [True, False])
def test_what_a_plan_does_not_price_is_priced_by_everybodys_tariffs_only_where_it_falls_back(falls_back: bool) -> None:
    plan = RatePlan.objects.create(name="Local", falls_back=falls_back)
    everybody = TariffFactory.create(pattern="55")
    TariffFactory.create(pattern="1", plan=plan)
    call = priced(customer=on_plan(plan))
    assert (call.tariff, call.unrated_reason) == ((everybody, "") if falls_back else (None, "no_tariff"))


def test_the_deck_of_the_carrier_comes_before_the_tariffs_own_cost_and_the_carriers_minute() -> None:
    gateway = GatewayFactory.create(provider__cost_per_minute=Decimal("0.07"))
    TariffFactory.create(pattern="55", cost_per_minute=Decimal("0.05"), price_per_minute=Decimal("0.10"))
    assert priced(gateway=gateway).cost_source == "tariff"
    buy_rate(provider=gateway.provider, price_per_minute=Decimal("0.02"))
    longer = buy_rate(provider=gateway.provider, pattern="5511", price_per_minute=Decimal("0.013333"))
    buy_rate(provider=ProviderFactory.create(), pattern="55119", price_per_minute=Decimal("0.001"))
    call = priced(gateway=gateway)
    assert (call.cost, call.cost_source, call.margin) == (longer.price_per_minute, "deck", Decimal("0.086667"))


def test_a_destination_that_the_carrier_blocked_has_no_deck_price() -> None:
    gateway = GatewayFactory.create()
    TariffFactory.create(pattern="55", cost_per_minute=Decimal("0.05"))
    buy_rate(provider=gateway.provider)
    buy_rate(provider=gateway.provider, pattern="5511", is_blocked=True)
    assert priced(gateway=gateway).cost_source == "tariff"


def test_a_deck_in_another_currency_leaves_no_margin() -> None:
    gateway = GatewayFactory.create()
    TariffFactory.create(pattern="55", currency="BRL")
    buy_rate(provider=gateway.provider, currency="USD")
    call = priced(gateway=gateway)
    assert (call.currency, call.cost_currency, call.margin, call.cost) == ("BRL", "USD", None, Decimal("0.01"))


def test_a_call_that_nobody_pays_for_still_costs_what_the_deck_says() -> None:
    gateway = GatewayFactory.create()
    buy_rate(provider=gateway.provider)
    call = priced(gateway=gateway)
    assert (call.price, call.cost, call.cost_source, call.unrated_reason) == (
        None,
        Decimal("0.01"),
        "deck",
        "no_tariff",
    )


@pytest.mark.slow(seconds=0.3)
def test_the_callers_number_is_the_origin_and_an_extensions_is_that_of_its_customer() -> None:
    TariffFactory.create(pattern="55", price_per_minute=Decimal("0.30"))
    local = TariffFactory.create(pattern="55", origin_prefix="5511", price_per_minute=Decimal("0.10"))
    assert priced(src="+551130001000").tariff == local
    assert priced(src="01130001000").tariff == local
    assert priced(src="552130001000").tariff != local
    company = CustomerFactory.create(caller_id_number="551130001000")
    assert priced(src="1001", customer=company).tariff == local
    assert priced(src="1001").tariff != local


@override_settings(TIME_ZONE="America/Sao_Paulo")
def test_nights_and_holidays_have_their_price_on_the_installations_clock() -> None:
    calendar = HolidayCalendar.objects.create(name="Brazil")
    night = TimeWindow.objects.create(name="Night", starts_at=time(20), ends_at=time(8))
    holiday = TimeWindow.objects.create(
        name="Holidays", starts_at=time(0), ends_at=time(0), calendar=calendar, on_holidays=OnHolidays.ONLY
    )
    tariffs = CurrentTariffs()
    day = TariffFactory.create(pattern="55")
    cheap = TariffFactory.create(pattern="55", window=night)
    evening = datetime(2026, 11, 23, 21, tzinfo=ZoneInfo("America/Sao_Paulo"))
    assert found(tariffs, evening - timedelta(hours=6)) == day.pk
    assert found(tariffs, evening) == cheap.pk
    free = TariffFactory.create(pattern="55", window=holiday)
    assert found(tariffs, evening - timedelta(hours=6)) == day.pk
    Holiday.objects.create(calendar=calendar, day=date(2026, 11, 23))
    assert found(tariffs, evening - timedelta(hours=6)) == free.pk


def found(tariffs: CurrentTariffs, at: datetime) -> UUID | None:
    tariff = tariffs.index().match("551130001000", at)
    return tariff.id if tariff else None


def test_a_book_that_is_kept_follows_every_change_and_reads_nothing_twice(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    tariffs, now = CurrentTariffs(), timezone.now()
    plan = RatePlan.objects.create(name="Strict", falls_back=False)
    everybody, gateway = TariffFactory.create(pattern="55"), GatewayFactory.create()
    book = tariffs.index()
    assert book.match("551130001000", now, plan_id=plan.pk) is None
    assert book.buy_price(gateway.provider_id, "551130001000", now) is None
    with django_assert_num_queries(1):
        assert tariffs.index() is book
        assert book.buy_price(gateway.provider_id, "551130001000", now) is None
    RatePlan.objects.update(falls_back=True)
    buy_rate(provider=gateway.provider)
    changed = tariffs.index()
    fallen_back = changed.match("551130001000", now, plan_id=plan.pk)
    assert fallen_back is not None
    assert fallen_back.id == everybody.pk
    assert changed.buy_price(gateway.provider_id, "551130001000", now) is not None
    BuyRate.objects.update(effective_until=now - YEAR / 2)
    assert tariffs.index().buy_price(gateway.provider_id, "551130001000", now) is None
    Tariff.objects.all().delete()
    assert found(tariffs, now) is None


def test_an_imported_call_has_the_plan_the_origin_and_the_deck_that_pricing_later_finds() -> None:
    plan, gateway = RatePlan.objects.create(name="Wholesale"), GatewayFactory.create()
    customer = on_plan(plan)
    own = TariffFactory.create(pattern="55", plan=plan, origin_prefix="5511")
    buy_rate(provider=gateway.provider)
    line = spool_line(
        src="551130001000", va_customer=str(customer.pk), va_direction="outbound", va_gateway=str(gateway.pk)
    )
    SpoolImporter("pbx1").replay([line.rstrip()], "test")
    record = Cdr.objects.get()
    assert (record.tariff, record.cost_source, record.customer) == (own, "deck", customer)
    facts, stored = ("price", "cost", "margin", "applied_rate", "cost_source"), Cdr.objects.filter(pk=record.pk)
    imported = stored.values_list(*facts).get()
    stored.update(price=None, cost=None, margin=None, applied_rate="", cost_source="none")
    rate_cdrs(cdrs=stored)
    assert stored.values_list(*facts).get() == imported
