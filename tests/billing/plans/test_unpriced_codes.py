"""Codes that customers can dial and nothing prices are named: on the plan's page, by an alarm and by a command."""

from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.accounts.ledger import account_of
from billing.models import RatePlan, Tariff
from billing.plans.unpriced_codes import (
    report_unpriced_codes,
    unpriced_codes_by_plan,
    unpriced_codes_of_customer,
    unpriced_codes_of_plan,
)
from billing.rating.code_patterns import intended
from billing.rating.key_patterns import compile_pattern
from billing.rating.unpriced_codes import unpriced_codes
from billing.tariffs.loader import load_tariffs
from customers.models import Customer
from tests.core.numbers.plans import BRAZIL
from tests.factories import CustomerFactory, RouteFactory, TariffFactory, UserFactory
from voipadmin.core.models import Alarm, ServiceCode
from voipadmin.core.numbers.number import NumberKind
from voipadmin.core.numbers.patterns import parse_pattern
from voipadmin.core.numbers.reading import number_of_key

NOW = timezone.now()
ALL = [parse_pattern("_0X.")]


def names(*tariffs: str) -> list[str]:
    return [code.dialled for code in unpriced_codes(tariffs, ALL, BRAZIL)]


def test_all_codes_but_emergency_lines_and_barred_ones_need_a_price() -> None:
    found = names()
    assert {"0800XXXXXXX", "0300XXXXXXX", "400[34]XXXX", "1XX"} <= set(found)
    assert not {"190", "188"} & set(found)
    assert not any(name.startswith("90") for name in found)
    assert names("_X.") == []


def test_a_part_of_a_range_is_seen() -> None:
    assert "400[34]XXXX" in names("4004")
    [code] = [code for code in unpriced_codes(["4004"], ALL, BRAZIL) if code.dialled == "400[34]XXXX"]
    assert code.example.display.startswith("4003")
    assert "400[34]XXXX" not in names("4004", "4003")
    assert "0800XXXXXXX" in names("_0800[1-9]XXXXXX")


@pytest.mark.slow(seconds=1)
@given(st.lists(st.sampled_from(["103", "10315", "_103XX", "_103[2-9]X", "_10X", "_1XX", "0800", "_0800XXXXXXX", "4004",
                                 "_400[34]XXXX", "4020", "0300", "3003", "3004", "_105X.", "_X."])))  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_an_example_has_no_price_and_without_one_every_code_has(tariffs: list[str]) -> None:
    compiled = [compile_pattern(pattern, "code") for pattern in tariffs]
    found = {code.dialled: code.example for code in unpriced_codes(tariffs, ALL, BRAZIL)}
    for number in found.values():
        assert not any(pattern.matches(number.key) for pattern in compiled)
        assert number_of_key(number.key, BRAZIL) == number
    for digits in ("10315", "10399", "0800123456", "08001234567", "40041234", "40031234", "1050", "150"):
        number = number_of_key(f"0{digits.removeprefix('0')}", BRAZIL)
        is_priced = any(pattern.matches(number.key) for pattern in compiled)
        ranges = [name for name in found if parse_pattern(f"_{name}").matches(digits)]
        assert number.kind is NumberKind.EMERGENCY or is_priced or ranges


@pytest.fixture
def customer(db: None) -> Customer:
    made: Customer = CustomerFactory.create()
    account_of(made)
    return made


@pytest.mark.django_db
def test_a_tariff_for_every_number_prices_no_code_and_that_is_told(customer: Customer) -> None:
    RouteFactory.create(pattern="_X.")
    TariffFactory.create(pattern="_X.", matches="number")
    assert load_tariffs().match("040041234", NOW) is None
    [found] = unpriced_codes_by_plan(NOW)
    assert (found.plan, found.customers) == (None, 1)
    assert {"400[34]XXXX", "0300XXXXXXX", "0800XXXXXXX"} <= {code.dialled for code in found.codes}
    for code in found.codes:
        meant = intended(code.dialled if code.dialled.isdigit() else f"_{code.dialled}", BRAZIL)
        TariffFactory.create(pattern=meant.pattern, matches="code")
    [found] = unpriced_codes_by_plan(NOW)
    assert found.codes == []


@pytest.mark.django_db
def test_only_what_its_routes_take_counts_for_a_customer(customer: Customer) -> None:
    other = CustomerFactory.create()
    RouteFactory.create(pattern="_0ZZXXXXXXXXX")
    RouteFactory.create(pattern="_4004XXXX", customers=[other])
    RouteFactory.create(pattern="_0300.", enabled=False)
    assert unpriced_codes_of_customer(customer, NOW) == []
    assert [code.example.display[:4] for code in unpriced_codes_of_customer(other, NOW)] == ["4004"]


@pytest.mark.django_db
def test_a_plan_that_falls_back_has_the_prices_of_everybody(customer: Customer) -> None:
    plan = RatePlan.objects.create(name="Retail", currency="BRL")
    customer.account.plan = plan
    customer.account.save()
    RouteFactory.create(pattern="_4004XXXX")
    TariffFactory.create(pattern="4004", matches="code")
    assert unpriced_codes_of_plan(plan, NOW) == []
    plan.falls_back = False
    plan.save()
    assert len(unpriced_codes_of_plan(plan, NOW)) == 1
    TariffFactory.create(pattern="4004", matches="code", plan=plan, effective_until=NOW - timedelta(days=1))
    TariffFactory.create(pattern="4004", matches="code", plan=plan, origin_prefix="5511")
    assert len(unpriced_codes_of_plan(plan, NOW)) == 1
    Tariff.objects.filter(plan=plan).update(origin_prefix="", effective_until=None)
    assert unpriced_codes_of_plan(plan, NOW) == []


@pytest.mark.django_db
def test_an_alarm_stands_until_there_is_a_price_or_the_code_is_barred(customer: Customer) -> None:
    RouteFactory.create(pattern="_0800.")
    assert report_unpriced_codes(now=NOW) == 1
    alarm = Alarm.objects.get(kind="codes_without_price", closed_at=None)
    assert "0800XXXXXXX" in alarm.details["codes"]
    ServiceCode.objects.filter(pattern__startswith="_0800").update(barred=True)
    assert report_unpriced_codes(now=NOW) == 0
    assert not Alarm.objects.filter(kind="codes_without_price", closed_at=None).exists()
    ServiceCode.objects.update(barred=False)
    TariffFactory.create(pattern="0800", matches="code", price_per_minute=Decimal(0))
    assert report_unpriced_codes(now=NOW) == 0


@pytest.mark.django_db
def test_the_command_and_the_plans_page_name_them(customer: Customer, client: Client) -> None:
    plan = RatePlan.objects.create(name="Retail", currency="BRL")
    customer.account.plan = plan
    customer.account.save()
    RouteFactory.create(pattern="_4004XXXX")
    told = StringIO()
    call_command("what_tariffs_match", stdout=told)
    assert "Retail: 1 kinds of codes can be dialled and have no price:" in told.getvalue()
    assert "such as 4004" in told.getvalue()
    call_command("what_tariffs_match", customer=customer.code.lower(), stdout=told)
    assert f"{customer.code}: 1 kinds of codes" in told.getvalue()
    with pytest.raises(CommandError, match="no customer"):
        call_command("what_tariffs_match", customer="nobody")
    client.force_login(UserFactory.create(role="finance"), backend="voipadmin.users.backends.RoleBackend")
    page = client.get(plan.get_absolute_url(), headers={"Accept-Language": "en"}).content.decode()
    assert "have no price, so such calls are refused" in page
    assert "400[34]XXXX" in page
