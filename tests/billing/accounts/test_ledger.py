"""The ledger only grows, and a balance is the sum of its entries, whoever writes."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.accounts.ledger import Movement, account_of, enter, reverse, unbalanced_accounts
from billing.models import Account, EntryKind, LedgerEntry
from customers.models import Customer
from tests.factories.customers import CustomerFactory
from voipadmin.core.errors import Conflict, InUse
from voipadmin.core.services import delete_object

pytestmark = [pytest.mark.django_db, pytest.mark.postgres15]

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=6)


@pytest.fixture
def account() -> Account:
    return account_of(CustomerFactory.create())


def paid(amount: str, key: str | None = None) -> Movement:
    return Movement(kind=EntryKind.TOP_UP, amount=Decimal(amount), key=key)


def balance(account: Account) -> Decimal:
    return Account.objects.get(pk=account.pk).balance


def test_every_customer_has_an_account_at_zero(account: Account) -> None:
    assert Account.objects.count() == Customer.objects.count()
    assert account.balance == 0


@pytest.mark.slow(seconds=1)
@given(moved=st.lists(amounts, max_size=12))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_the_balance_is_the_sum_of_the_entries(account: Account, moved: list[Decimal]) -> None:
    before = balance(account)
    for amount in moved:
        enter(account=account, movement=Movement(kind=EntryKind.ADJUSTMENT, amount=amount))
    assert balance(account) - before == sum(moved, Decimal(0))
    assert not unbalanced_accounts().exists()


def test_many_entries_of_one_statement_move_each_balance(account: Account) -> None:
    other = account_of(CustomerFactory.create())
    LedgerEntry.objects.bulk_create(
        LedgerEntry(account=whose, kind=EntryKind.CALL, amount=Decimal(-1), currency="BRL")
        for whose in (account, other, account)
    )
    assert balance(account) == -2
    assert balance(other) == -1


FORGERIES: dict[str, Callable[[LedgerEntry], object]] = {
    "another amount": lambda entry: LedgerEntry.objects.filter(pk=entry.pk).update(amount=20),
    "no entry": lambda entry: LedgerEntry.objects.filter(pk=entry.pk)._raw_delete("default"),
    "another balance": lambda entry: Account.objects.filter(pk=entry.account_id).update(balance=20),
    "another currency": lambda entry: LedgerEntry.objects.create(
        account=entry.account, kind=EntryKind.TOP_UP, amount=1, currency="USD"
    ),
    "a balance to begin with": lambda _entry: Account.objects.create(
        customer=Customer.objects.bulk_create([Customer(code="NEW", name="New")])[0], balance=20
    ),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_the_database_refuses_what_would_falsify_it(account: Account, forgery: str) -> None:
    entry = enter(account=account, movement=paid("10"))
    with pytest.raises(DatabaseError), transaction.atomic():
        FORGERIES[forgery](entry)
    assert balance(account) == 10


def test_what_was_entered_with_a_key_is_entered_once(account: Account) -> None:
    first = enter(account=account, movement=paid("10", key="pix:1"))
    assert enter(account=account, movement=paid("10", key="pix:1")) == first
    with pytest.raises(Conflict):
        enter(account=account, movement=paid("11", key="pix:1"))
    assert balance(account) == 10


def test_an_entry_is_taken_back_by_its_opposite_and_once(account: Account) -> None:
    entry = enter(account=account, movement=paid("10"))
    opposite = reverse(entry=entry, reason="Typed twice")
    assert opposite.amount == -10
    assert opposite.reverses == entry
    assert balance(account) == 0
    for again in (entry, opposite):
        with pytest.raises(Conflict):
            reverse(entry=again, reason="Again")


def test_a_customer_with_entries_stays(account: Account) -> None:
    enter(account=account, movement=paid("10"))
    with pytest.raises(InUse):
        delete_object(account.customer)
