from collections.abc import Callable
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from billing.accounts.ledger import unbalanced_accounts
from billing.cdrs.files.spool_import import ImportSummary
from billing.cdrs.services import rate_cdrs
from billing.models import Account, Cdr, EntryKind, LedgerEntry, SpoolPosition, UnchargedReason
from customers.models import Customer
from tests.billing.importing import import_file
from tests.billing.spool_lines import failed, spool_line
from tests.factories.billing import CdrFactory, TariffFactory
from tests.factories.customers import CustomerFactory
from tests.factories.users import UserFactory
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.postgres15]

Import = Callable[..., ImportSummary]


@pytest.fixture
def customer() -> Customer:
    return CustomerFactory.create()


@pytest.fixture
def tariff() -> None:
    TariffFactory.create(pattern="55", price_per_minute=Decimal("0.08"))


@pytest.fixture
def importing(tmp_path: Path) -> Import:
    path = tmp_path / "voipadmin.csv"

    def run(*lines: bytes) -> ImportSummary:
        with path.open("ab") as file:
            file.writelines(lines)
        return import_file(path, batch_lines=2)

    return run


def call_of(customer: Customer, **values: object) -> bytes:
    return spool_line(va_customer=customer.pk, **values)


def balance(customer: Customer) -> Decimal:
    return Account.objects.get(customer=customer).balance


def test_each_priced_call_is_one_entry_and_moves_its_customers_balance(
    importing: Import, customer: Customer, tariff: None
) -> None:
    importing(*(call_of(customer) for _ in range(3)), failed(va_customer=customer.pk))
    assert balance(customer) == Decimal("-0.24")
    call = Cdr.objects.filter(price__gt=0).order_by("sequence")[0]
    entry = LedgerEntry.objects.get(cdr_id=call.pk)
    assert (entry.kind, entry.amount, entry.currency, entry.version) == (EntryKind.CALL, -call.price, "BRL", 1)
    assert entry.happened_at == call.ended_at
    assert LedgerEntry.objects.count() == 3
    assert not unbalanced_accounts().exists()


def test_a_call_that_is_read_twice_is_charged_once(importing: Import, customer: Customer, tariff: None) -> None:
    line = call_of(customer)
    importing(line, line)
    SpoolPosition.objects.all().delete()
    assert importing().duplicates == 2
    assert balance(customer) == Decimal("-0.08")


def test_a_batch_that_fails_at_its_entries_leaves_no_records_either(
    importing: Import, customer: Customer, tariff: None
) -> None:
    with (
        patch("billing.cdrs.records.store.copy_charges", side_effect=RuntimeError("power cut")),
        pytest.raises(RuntimeError),
    ):
        importing(call_of(customer))
    assert (Cdr.objects.count(), LedgerEntry.objects.count()) == (0, 0)
    importing()
    assert balance(customer) == Decimal("-0.08")


def test_a_call_in_another_currency_than_its_account_is_listed_and_charged_when_that_is_mended(
    importing: Import, customer: Customer, tariff: None
) -> None:
    Account.objects.filter(customer=customer).update(currency="USD")
    importing(call_of(customer))
    call = Cdr.objects.uncharged().get()
    assert (call.price, call.uncharged_reason) == (Decimal("0.08"), UnchargedReason.CURRENCY)
    assert balance(customer) == 0
    with pytest.raises(SystemExit) as left:
        call_command("charge_calls")
    assert left.value.code == 3
    Account.objects.filter(customer=customer).update(currency="BRL")
    call_command("charge_calls")
    call_command("charge_calls")
    assert balance(customer) == Decimal("-0.08")
    assert not Cdr.objects.uncharged().exists()


def test_a_call_of_nobody_and_one_without_an_account_say_so(
    importing: Import, customer: Customer, tariff: None
) -> None:
    Account.objects.filter(customer=customer).delete()
    importing(call_of(customer), spool_line())
    assert set(Cdr.objects.values_list("uncharged_reason", flat=True)) == {
        UnchargedReason.NO_ACCOUNT,
        UnchargedReason.NO_CUSTOMER,
    }


def test_a_call_that_gets_its_price_later_is_charged_then(importing: Import, customer: Customer) -> None:
    importing(call_of(customer))
    assert balance(customer) == 0
    TariffFactory.create(pattern="55", price_per_minute=Decimal("0.08"))
    for _ in range(2):
        rate_cdrs(cdrs=Cdr.objects.all())
        assert balance(customer) == Decimal("-0.08")


def test_calls_that_were_priced_before_there_was_a_ledger_are_brought_into_it_once(customer: Customer) -> None:
    old = CdrFactory.create(customer=customer, price=Decimal("1.25"), currency="BRL")
    other = CdrFactory.create(customer=customer, price=Decimal(2), currency="USD")
    migration = import_module("billing.migrations.0012_priced_calls_into_the_ledger")
    for _ in range(2):
        with connection.cursor() as cursor:
            cursor.execute(migration.CHARGE)
            cursor.execute(migration.SAY_WHY)
    assert balance(customer) == Decimal("-1.25")
    assert LedgerEntry.objects.get().cdr_id == old.pk
    assert Cdr.objects.uncharged().get() == other


def test_staff_find_the_calls_that_are_not_charged(
    importing: Import, customer: Customer, tariff: None, client: Client
) -> None:
    importing(spool_line(src="3344"), call_of(customer, src="5566"))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.force_login(UserFactory.create(role=Role.ADMIN))
    page = client.get(reverse("billing:cdr_list"), {"money": "uncharged"}).content.decode()
    assert "3344" in page
    assert "5566" not in page
    detail = client.get(Cdr.objects.uncharged().get().get_absolute_url()).content.decode()
    assert "No customer is known for it" in detail
