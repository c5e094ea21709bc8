"""Statements and the rest that they carry over are the ledger, to the last digit, whatever happens in between."""

import itertools
import threading
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.accounts.ledger import account_of, reverse
from billing.models import Account, EntryKind, LateEntry, LedgerEntry, Statement, StatementStatus
from billing.statements.amounts import payable_of
from billing.statements.issuing import prepare_statement
from billing.statements.services import cancel_statement, take_period
from tests.billing.statements.conftest import APRIL, CUSTOMER, ISSUER, MARCH, MAY, issued, moment, moved
from tests.factories.customers import CustomerFactory
from voipadmin.core.models import Installation

AMOUNTS = st.decimals(min_value=-(10**6), max_value=10**6, places=6)


@given(charged=AMOUNTS, carried=st.decimals(-1, 1, places=6), owed=AMOUNTS, places=st.sampled_from([0, 2, 3]))
def test_what_is_asked_for_and_what_is_left_are_what_was_charged(
    charged: Decimal, carried: Decimal, owed: Decimal, places: int
) -> None:
    found = payable_of(charged=charged, carried_in=carried, owed_before=owed, places=places)
    coin = Decimal(1).scaleb(-places)
    assert found.amount + found.carried_out == charged + carried
    assert abs(found.carried_out) <= coin / 2
    assert found.amount % coin == found.open_before % coin == found.payable % coin == 0
    assert found.payable == max(found.amount + found.open_before, 0)


KINDS = [kind for kind in EntryKind if kind != EntryKind.REVERSAL]
STEPS = st.one_of(
    st.tuples(st.just("enter"), st.sampled_from(KINDS), AMOUNTS, st.timedeltas(timedelta(0), timedelta(days=100))),
    st.tuples(st.just("reverse"), st.integers(0, 50)),
    st.tuples(st.just("issue"), st.integers(1, 20)),
    st.tuples(st.just("cancel")),
)
BEGIN = moment(3, 1)


def _take(account: Account, step: tuple[Any, ...]) -> None:
    match step:
        case ("enter", kind, amount, after):
            moved(account, kind, amount, BEGIN + after)
        case ("reverse", place):
            entries = list(account.entries.filter(reversals=None).exclude(kind=EntryKind.REVERSAL).order_by("id"))
            if entries:
                reverse(entry=entries[place % len(entries)], reason="wrong")
        case ("issue", days):
            last = Statement.objects.filter(account=account, status="issued").order_by("-ends_at").first()
            issued(account, (last.last_day if last else date(2025, 3, 1)) + timedelta(days=days))
        case ("cancel",):
            last = Statement.objects.filter(account=account, status="issued").order_by("-ends_at").first()
            if last:
                cancel_statement(statement=last, reason="wrong", actor="maria")


def _check(account: Account) -> None:
    """Compare what statements say with the ledger, added up anew, entry by entry, in another way."""
    counted = list(Statement.objects.filter(account=account, status=StatementStatus.ISSUED).order_by("ends_at"))
    if not counted:
        return
    receipts = (EntryKind.TOP_UP, EntryKind.PAYMENT)
    late = {row.entry_id: row.statement_id for row in LateEntry.objects.filter(account=account)}
    covered = [
        entry
        for entry in LedgerEntry.objects.filter(account=account, happened_at__lt=counted[-1].ends_at)
        if late.get(entry.pk, counted[-1].pk) is not None
    ]
    ours = [entry for entry in covered if entry.happened_at >= counted[0].begins_at or entry.pk in late]
    charged = -sum(
        entry.amount for entry in ours if (entry.reverses.kind if entry.reverses else entry.kind) not in receipts
    )
    assert sum(row.amount for row in counted) + counted[-1].carried_out == charged
    assert counted[-1].closing == sum(entry.amount for entry in covered)
    for before, after in itertools.pairwise(counted):
        assert (after.carried_in, after.begins_at) == (before.carried_out, before.ends_at)


@pytest.mark.django_db
@pytest.mark.slow
@given(steps=st.lists(STEPS, max_size=14))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_statements_and_the_carried_rest_are_the_ledger(issuer: Installation, steps: list[tuple[Any, ...]]) -> None:
    account = account_of(CustomerFactory.create())
    for step in steps:
        _take(account, step)
        _check(account)
    # In the end one statement takes all that is left: then it is the balance.
    for last in (date(2026, 1, 31), date(2026, 2, 1)):
        if not Statement.objects.filter(account=account, status="issued", last_day__gte=last).exists():
            final = issued(account, last)
            everything = LedgerEntry.objects.filter(account=account, happened_at__lt=final.ends_at)
            _check(account)
            if not LateEntry.objects.filter(account=account, statement=None).exists():
                assert final.closing == (everything.aggregate(sum=Sum("amount"))["sum"] or 0)


@pytest.mark.django_db
def test_a_late_record_is_on_the_next_statement_with_its_own_date(account: Account) -> None:
    moved(account, EntryKind.CALL, "-1.005", moment(3, 10), cdr_id=account.pk)
    march = issued(account, MARCH)
    late = moved(account, EntryKind.CALL, "-0.333333", moment(3, 20), cdr_id=march.pk)
    moved(account, EntryKind.CALL, "-2", moment(4, 5), cdr_id=late.pk)
    april = issued(account, APRIL)
    assert (march.amount, march.carried_out) == (Decimal("1.01"), Decimal("-0.005"))
    assert (april.amount, april.carried_out) == (Decimal("2.33"), Decimal("-0.001667"))
    assert (april.carried_in, april.calls) == (Decimal("-0.005"), 2)


@pytest.mark.django_db
@pytest.mark.slow(seconds=0.3)
def test_a_cancelled_statement_keeps_its_number_and_gives_its_entries_back(account: Account) -> None:
    moved(account, EntryKind.CALL, "-1", moment(3, 10), cdr_id=account.pk)
    first = issued(account, MARCH)
    late = moved(account, EntryKind.CALL, "-5", moment(3, 11), cdr_id=first.pk)
    second = issued(account, APRIL)
    cancel_statement(statement=second, reason="Wrong address", actor="maria")
    third = issued(account, APRIL)
    assert [row.number for row in (first, second, third)] == [1, 2, 3]
    assert (third.amount, LateEntry.objects.get().statement_id) == (Decimal(5), third.pk)
    cancel_statement(statement=third, reason="Wrong too", actor="maria")
    cancel_statement(statement=first, reason="All anew", actor="maria")
    anew = issued(account, MARCH)
    assert (anew.number, anew.amount, anew.calls) == (4, Decimal(6), 2)
    assert not LateEntry.objects.exists()
    assert late.happened_at < anew.ends_at


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_issuers_at_once_one_is_refused_and_numbers_have_no_gaps() -> None:
    Installation.objects.create(**ISSUER)
    accounts = [account_of(CustomerFactory.create(**CUSTOMER)) for _one in range(3)]
    for account in accounts:
        moved(account, EntryKind.CALL, "-1.25", moment(3, 10), cdr_id=account.pk)
    start = threading.Barrier(7)
    refused: list[Exception] = []

    def issue(account: Account) -> None:
        try:
            start.wait()
            prepare_statement(take_period(account=account, last_day=MARCH, actor="maria"))
        except Exception as error:
            refused.append(error)
        finally:
            connection.close()

    def enter() -> None:
        start.wait()
        for place in range(20):
            moved(accounts[0], EntryKind.ADJUSTMENT, "-0.000001", moment(3, 10 + place % 20), key=f"late:{place}")
        connection.close()

    threads = [threading.Thread(target=issue, args=[account]) for account in accounts for _twice in range(2)]
    threads.append(threading.Thread(target=enter))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # The second finds the first at work, or done.
    assert len(refused) == 3
    assert {getattr(error, "code", repr(error)) for error in refused} <= {"statement_busy", "period_refused"}
    assert set(Statement.objects.values_list("number", flat=True)) == {1, 2, 3}
    later = issued(accounts[0], APRIL)
    both = Statement.objects.filter(account=accounts[0])
    assert sum(row.amount for row in both) + later.carried_out == Decimal("1.25002")
    assert issued(accounts[0], MAY).carried_in == later.carried_out
