"""The audit finds money that does not add up, and names the account."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from structlog.testing import capture_logs

from billing.accounts.tasks import audit_ledger
from billing.models import Account, Cdr, EntryKind, LedgerEntry
from tests.billing.accounts.conftest import paid
from tests.factories.billing import CdrFactory, TariffFactory

pytestmark = pytest.mark.django_db


def audit(*arguments: str) -> tuple[int, str]:
    said = StringIO()
    try:
        call_command("audit_ledger", *arguments, stdout=said, stderr=said)
    except SystemExit as ended:
        return int(str(ended.code)), said.getvalue()
    return 0, said.getvalue()


@pytest.fixture
def call(account: Account) -> Cdr:
    made = CdrFactory.create(
        customer=account.customer, price=Decimal("0.25"), currency="BRL", tariff=TariffFactory.create()
    )
    enter_call(account, made, "-0.25")
    return made


def enter_call(account: Account, call: Cdr, amount: str, version: int = 1) -> None:
    kind = EntryKind.CALL if version == 1 else EntryKind.CORRECTION
    LedgerEntry.objects.create(
        account=account, kind=kind, amount=Decimal(amount), currency="BRL", cdr_id=call.pk, version=version
    )


def test_money_that_adds_up_is_said_to(account: Account, call: Cdr) -> None:
    paid(account, "10")
    code, said = audit()
    assert code == 0
    assert "every balance" in said


def test_a_balance_that_somebody_forced_is_found(account: Account) -> None:
    paid(account, "10")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE billing_account SET balance = balance + 1 WHERE id = %s", [account.pk])
        cursor.execute("SET LOCAL session_replication_role = origin")
    code, said = audit()
    assert code == 1
    assert f"account {account.customer.code}: the balance is 11.000000, its entries are 10.000000" in said


@pytest.mark.parametrize("price", ["0.26", None])
def test_a_call_and_its_charge_that_differ_are_found(account: Account, call: Cdr, price: str | None) -> None:
    Cdr.objects.filter(pk=call.pk).update(price=price)
    code, said = audit()
    assert code == 1
    assert account.customer.code in said
    assert str(call.pk) in said
    assert audit("--days", "0")[0] == 0


def test_a_priced_call_that_nobody_is_charged_for_is_found(account: Account) -> None:
    CdrFactory.create(customer=account.customer, price=Decimal(1), currency="BRL", tariff=TariffFactory.create())
    assert audit()[0] == 1


def test_a_call_that_was_rated_again_adds_up_either_way(account: Account, call: Cdr) -> None:
    enter_call(account, call, "-0.05", version=2)
    assert audit()[0] == 0
    Cdr.objects.filter(pk=call.pk).update(price=Decimal("0.30"))
    assert audit()[0] == 0


def test_the_nightly_task_says_it_in_the_log(account: Account, call: Cdr) -> None:
    Cdr.objects.filter(pk=call.pk).update(price=9)
    with capture_logs() as said:
        assert audit_ledger() == 1
    assert said[0]["log_level"] == "error"
    assert account.customer.code in said[0]["finding"]
