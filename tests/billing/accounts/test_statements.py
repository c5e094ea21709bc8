"""A statement adds up to the ledger exactly, on the page and in the file."""

import csv
import itertools
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.db.models import Sum
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.accounts.ledger import account_of
from billing.accounts.periods import Period
from billing.accounts.statements import statement_of
from billing.models import Account, EntryKind, LedgerEntry
from tests.billing.accounts.conftest import Pages
from tests.factories.billing import CdrFactory, TariffFactory
from tests.factories.customers import CustomerFactory
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=1)]

BEGIN = datetime(2026, 2, 25, tzinfo=UTC)
MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))
DAYS = {"first": "2026-03-01", "last": "2026-03-31"}


def moved(account: Account, kind: EntryKind, amount: str, moment: datetime, **values: Any) -> LedgerEntry:
    entry: LedgerEntry = LedgerEntry.objects.create(
        account=account, kind=kind, amount=Decimal(amount), currency="BRL", happened_at=moment, **values
    )
    return entry


def called(account: Account, name: str, price: str, seconds: int, moment: datetime) -> None:
    tariff = TariffFactory.create(name=name)
    call = CdrFactory.create(
        customer=account.customer, tariff=tariff, price=Decimal(price), currency="BRL", billed_seconds=seconds,
        started_at=moment - timedelta(seconds=65),
    )  # fmt: skip
    moved(account, EntryKind.CALL, f"-{price}", moment, cdr_id=call.pk)


@pytest.fixture
def busy(account: Account) -> Account:
    """An account with a month behind it."""
    noon = datetime(2026, 3, 10, 12, tzinfo=UTC)
    moved(account, EntryKind.TOP_UP, "100", datetime(2026, 2, 20, tzinfo=UTC))
    moved(account, EntryKind.PAYMENT, "50.10", noon, description="=Pix")
    moved(account, EntryKind.MONTHLY_FEE, "-29.90", noon, description="551140001000")
    called(account, "Mobile", "0.123456", 66, noon)
    called(account, "Landlines", "1.5", 90, noon)
    moved(account, EntryKind.CALL, "-0.01", noon, cdr_id=account.pk)  # whose record is no longer kept
    moved(account, EntryKind.ADJUSTMENT, "7", datetime(2026, 4, 2, tzinfo=UTC))
    return account


def address(name: str, account: Account) -> str:
    return reverse(f"billing:account_statement{name}", args=[account.pk])


def test_a_statement_says_what_happened_by_destination(busy: Account) -> None:
    statement = statement_of(busy, MARCH)
    assert statement.opening == 100
    lines = [(line.name, line.calls, line.minutes, line.amount) for line in statement.destinations]
    assert lines[:2] == [
        ("Landlines", 1, Decimal("1.50"), Decimal("-1.5")),
        ("Mobile", 1, Decimal("1.10"), Decimal("-0.123456")),
    ]
    assert lines[2][1:] == (1, Decimal(0), Decimal("-0.01"))
    assert statement.closing == Decimal("118.566544")


def test_calls_that_were_rated_again_stay_with_their_destination(busy: Account) -> None:
    call = LedgerEntry.objects.get(amount=Decimal("-1.5"))
    moment = datetime(2026, 3, 30, tzinfo=UTC)
    moved(busy, EntryKind.CORRECTION, "0.5", moment, cdr_id=call.cdr_id, version=2)
    first = statement_of(busy, MARCH).destinations[0]
    assert (first.name, first.calls, first.amount) == ("Landlines", 1, Decimal(-1))


@given(
    entries=st.lists(
        st.tuples(
            st.sampled_from([kind for kind in EntryKind if kind != EntryKind.REVERSAL]),
            st.decimals(min_value=-(10**6), max_value=10**6, places=6),
            st.timedeltas(timedelta(0), timedelta(days=39)),
        ),
        max_size=12,
    )
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_statements_of_whatever_happened_add_up_to_the_ledger(account: Account, entries: list[Any]) -> None:
    account = account_of(CustomerFactory.create())
    LedgerEntry.objects.bulk_create(
        LedgerEntry(account=account, kind=kind, amount=amount, currency="BRL", happened_at=BEGIN + after)
        for kind, amount, after in entries
    )
    months = [Period.month_of(date(2026, month, 1)) for month in (2, 3, 4)]
    statements = [statement_of(account, month) for month in months]
    for before, after in itertools.pairwise(statements):
        assert after.opening == before.closing
    before = LedgerEntry.objects.filter(account=account, happened_at__lt=MARCH.ends).aggregate(sum=Sum("amount"))["sum"]
    assert statements[1].closing == (before or 0)
    assert statements[-1].closing == Account.objects.get(pk=account.pk).balance


def test_a_month_is_the_panels_and_its_end_is_the_next_ones(account: Account) -> None:
    moved(account, EntryKind.TOP_UP, "1", datetime(2026, 3, 1, 2, 59, 59, tzinfo=UTC))
    moved(account, EntryKind.TOP_UP, "10", datetime(2026, 3, 1, 3, tzinfo=UTC))
    moved(account, EntryKind.TOP_UP, "100", datetime(2026, 4, 1, 2, 59, 59, 999999, tzinfo=UTC))
    moved(account, EntryKind.TOP_UP, "1000", datetime(2026, 4, 1, 3, tzinfo=UTC))
    statement = statement_of(account, MARCH)
    assert statement.opening == 1
    assert statement.closing == 111


def test_the_file_adds_up_and_runs_nothing_in_a_spreadsheet(pages: Pages, busy: Account) -> None:
    response: Any = pages(Role.CUSTOMER).get(address("_csv", busy), DAYS)
    text = b"".join(response.streaming_content).decode().removeprefix("\ufeff")
    _heading, *lines = csv.reader(StringIO(text))
    amounts = [Decimal(line[5]) for line in lines if line[0] != "Tax included"]
    assert sum(amounts[:-1]) == amounts[-1] == statement_of(busy, MARCH).closing
    assert "'=Pix" in text


def test_taxes_are_shown_and_are_part_of_the_price(pages: Pages, busy: Account, settings: Any) -> None:
    settings.STATEMENT_TAXES = {"ICMS": Decimal(18), "PIS": Decimal("0.65")}
    statement = statement_of(busy, MARCH)
    assert [(tax.name, tax.amount) for tax in statement.taxes] == [("ICMS", Decimal("5.68")), ("PIS", Decimal("0.20"))]
    assert statement.closing == Decimal("118.566544")
    shown = pages(Role.FINANCE).get(address("", busy), DAYS).content.decode()
    assert "ICMS" in shown
    assert "5.68" in shown
    assert "118.566544" in shown


@pytest.mark.parametrize(
    "days",
    [
        {"first": "2026-03-02", "last": "2026-03-01"},
        {"first": "2020-01-01", "last": "2026-03-01"},
        {"first": "x", "last": "2026-03-01"},
        {"first": "0001-01-01", "last": "9999-12-31"},
        {"first": "2026-03-01"},
    ],
)
@pytest.mark.parametrize("name", ["", "_csv"])
def test_a_strange_period_is_refused_in_words(pages: Pages, account: Account, days: dict[str, str], name: str) -> None:
    response = pages(Role.VIEWER).get(address(name, account), days)
    assert response.status_code == 200
    assert "notice tone-bad" in response.content.decode()


def test_a_statement_is_the_customers_own(pages: Pages, account: Account) -> None:
    foreign = account_of(CustomerFactory.create())
    for name in ("", "_csv"):
        assert pages(Role.CUSTOMER).get(address(name, foreign), DAYS).status_code == 404
