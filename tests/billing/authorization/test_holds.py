"""Money set aside: never more than there is, whoever asks at the same time."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Error as PostgresError

from billing.accounts.ledger import Movement, account_of, enter
from billing.authorization.holds.connections import ConnectionPool
from billing.authorization.holds.hold_batcher import HoldResult
from billing.authorization.holds.hold_store import CallKey, HoldRequest, HoldStore, LiveHold
from billing.authorization.rules.values import Slice
from billing.models import Account, AccountKind, CreditHold, EntryKind
from billing.models.authorization import HoldState
from tests.billing.loop_beside import LoopBeside
from tests.factories.customers import CustomerFactory
from voipadmin.core.models import new_id

pytestmark = pytest.mark.django_db(transaction=True)

Result = TypeVar("Result")
NO_CAP = Decimal(1_000_000)
LATER = timedelta(minutes=5)
MINUTE = Slice(60, Decimal(1))


def prepaid(funds: Decimal | int, **fields: Any) -> Account:
    account = account_of(CustomerFactory.create())
    Account.objects.filter(pk=account.pk).update(kind=AccountKind.PREPAID, **fields)
    if funds:
        enter(account=account, movement=Movement(kind=EntryKind.TOP_UP, amount=Decimal(funds)))
    account.refresh_from_db()
    return account


def run(work: Callable[[HoldStore], Coroutine[Any, Any, Result]]) -> Result:
    """Do the work with connections of its own, as the service does."""

    async def whole() -> Result:
        async with ConnectionPool() as pool:
            return await work(HoldStore(pool))

    with LoopBeside() as loop:
        return loop.run(whole())


def hold_request(account: UUID, call: str, cap: Decimal = NO_CAP) -> HoldRequest:
    return HoldRequest(account, CallKey("pbx1", call), f"PJSIP/trunk.ACME-{call}", "5511987654321", "", cap, cap)


def now() -> datetime:
    return datetime.now(UTC)


async def live(store: HoldStore, key: CallKey) -> LiveHold | None:
    return next((hold for hold in await store.active_holds() if hold.key == key), None)


async def many(store: HoldStore, account: UUID, count: int, wanted: Slice = MINUTE) -> list[HoldResult]:
    requests = [store.open(hold_request(account, f"1700000000.{n}"), wanted, now() + LATER) for n in range(count)]
    return await asyncio.gather(*requests)


@pytest.mark.parametrize("attempt", range(5))
def test_of_500_calls_at_once_with_funds_for_10_never_more_than_10_are_let_through(attempt: int) -> None:
    account = prepaid(10)
    results = run(lambda store: many(store, account.pk, 500))
    assert sum(result.granted for result in results) == 10
    assert CreditHold.objects.aggregate(total=Sum("amount"))["total"] == Decimal(10)


@pytest.mark.slow(seconds=1)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.integers(0, 30),
    st.integers(0, 10),
    st.lists(st.tuples(st.sampled_from("oxf"), st.integers(0, 7), st.integers(0, 6)), min_size=1, max_size=40),
)
def test_whatever_calls_do_at_once_they_never_hold_more_than_balance_and_credit_limit(
    funds: int, limit: int, steps: list[tuple[str, int, int]]
) -> None:
    account = prepaid(funds, credit_limit=limit)

    async def step(store: HoldStore, kind: str, call: int, amount: int) -> None:
        wanted = Slice(amount, Decimal(amount))
        request = hold_request(account.pk, f"{account.pk}.{call}")
        if kind == "f":
            await store.finish(request.key, Decimal(amount), now(), now() + LATER)
        else:
            await (store.open if kind == "o" else store.extend)(request, wanted, now() + LATER)
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(sum(amount), 0) FROM billing_credithold WHERE account_id = %s"
                           " AND state = 'active'", [account.pk])  # fmt: skip
            assert cursor.fetchone()[0] <= funds + limit

    async def all_of_them(store: HoldStore) -> None:
        await asyncio.gather(*(step(store, *each) for each in steps))

    run(all_of_them)


def test_a_credit_limit_is_funds_too() -> None:
    account = prepaid(1, credit_limit=2)
    results = run(lambda store: many(store, account.pk, 5))
    assert [result.granted for result in results].count(True) == 3


def test_without_a_limit_only_the_cap_counts() -> None:
    account = account_of(CustomerFactory.create())

    async def calls(store: HoldStore) -> list[HoldResult]:
        return [await store.open(hold_request(account.pk, str(n), Decimal(2)), MINUTE, now() + LATER) for n in range(3)]

    assert [result.granted for result in run(calls)] == [True, True, False]


def test_a_blocked_account_gets_nothing() -> None:
    account = prepaid(10, blocked_at=now(), blocked_reason="cap")
    result = run(lambda store: store.open(hold_request(account.pk, "1"), MINUTE, now() + LATER))
    assert (result.granted, result.blocked) == (False, True)


def test_a_refusal_says_what_would_have_been_there() -> None:
    account = prepaid(10)

    async def two(store: HoldStore) -> HoldResult:
        await store.open(hold_request(account.pk, "1"), Slice(60, Decimal(7)), now() + LATER)
        return await store.open(hold_request(account.pk, "2"), Slice(60, Decimal(7)), now() + LATER)

    assert run(two) == HoldResult(granted=False, blocked=False, available=Decimal(3), held=Decimal(7), cap_left=NO_CAP)


def test_a_call_that_goes_on_holds_its_slices_in_all_and_not_one_beside_the_other() -> None:
    account = prepaid(3)

    async def grows(store: HoldStore) -> list[bool]:
        request = hold_request(account.pk, "1")
        results = [await store.open(request, MINUTE, now() + LATER)]
        results += [await store.extend(request, Slice(60 * n, Decimal(n)), now() + LATER) for n in (2, 3, 4)]
        return [result.granted for result in results]

    assert run(grows) == [True, True, True, False]
    assert CreditHold.objects.get().amount == 3


def test_an_ended_call_is_not_extended_and_holds_what_it_costs_until_that_is_settled() -> None:
    account = prepaid(3)

    async def ends(store: HoldStore) -> HoldResult:
        request = hold_request(account.pk, "1")
        await store.open(request, Slice(60, Decimal(2)), now() + LATER)
        await store.finish(request.key, Decimal("0.5"), now(), now() + LATER)
        return await store.extend(request, Slice(60, Decimal(1)), now() + LATER)

    assert not run(ends).granted
    hold = CreditHold.objects.get()
    assert (hold.state, hold.amount, hold.ended_at is not None) == (HoldState.ACTIVE, Decimal("0.5"), True)


def test_a_call_that_cost_nothing_releases_its_money_at_once() -> None:
    account = prepaid(1)

    async def unanswered(store: HoldStore) -> HoldResult:
        await store.open(hold_request(account.pk, "1"), MINUTE, now() + LATER)
        await store.finish(CallKey("pbx1", "1"), Decimal(0), now(), now() + LATER)
        return await store.open(hold_request(account.pk, "2"), MINUTE, now() + LATER)

    assert run(unanswered).granted
    assert CreditHold.objects.get(uniqueid="1").state == HoldState.RELEASED


def test_a_channel_that_calls_a_second_number_keeps_what_the_first_one_set_aside() -> None:
    account = prepaid(3)

    async def twice(store: HoldStore) -> list[bool]:
        return [(await store.open(hold_request(account.pk, "1"), MINUTE, now() + LATER)).granted for _ in range(4)]

    assert run(twice) == [True, True, True, False]
    assert CreditHold.objects.get().amount == 3


def test_what_goes_on_can_be_found_again() -> None:
    account = prepaid(3)

    async def found(store: HoldStore) -> list[str]:
        await many(store, account.pk, 2)
        moment = now()
        await store.mark_answered(CallKey("pbx1", "1700000000.0"), moment, MINUTE, Decimal(0), moment + LATER)
        answered = await live(store, CallKey("pbx1", "1700000000.0"))
        assert answered is not None
        assert answered.answered_at == moment
        await store.finish(CallKey("pbx1", "1700000000.1"), Decimal(1), moment, moment + LATER)
        assert await live(store, CallKey("pbx1", "1700000000.1")) is None
        return [hold.key.uniqueid for hold in await store.active_holds()]

    assert run(found) == ["1700000000.0"]


def test_a_question_that_cannot_be_asked_keeps_no_other_back() -> None:
    accounts = [prepaid(10) for _ in range(3)]

    async def together(store: HoldStore) -> list[HoldResult | BaseException]:
        requests = [hold_request(account.pk, f"1.{place}") for place, account in enumerate(accounts)]
        requests.insert(1, hold_request(new_id(), "1.9"))
        first = store.open(hold_request(accounts[0].pk, "1.8"), MINUTE, now() + LATER)
        return await asyncio.gather(
            first, *(store.open(each, MINUTE, now() + LATER) for each in requests), return_exceptions=True
        )

    answers = run(together)
    assert isinstance(answers.pop(2), PostgresError)
    assert [isinstance(result, HoldResult) and result.granted for result in answers] == [True] * 4


def test_what_was_set_aside_for_a_question_that_nobody_waits_for_is_given_back() -> None:
    account = prepaid(10)

    async def impatient(store: HoldStore) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await store.open(hold_request(account.pk, "1.1"), MINUTE, now() + LATER)
        while not await asyncio.to_thread(released):
            await asyncio.sleep(0.01)

    def released() -> bool:
        try:
            return CreditHold.objects.filter(account=account, state=HoldState.RELEASED).exists()
        finally:
            connection.close()

    run(impatient)
    assert not CreditHold.objects.filter(state=HoldState.ACTIVE).exists()


@pytest.mark.slow(seconds=1)
def test_what_others_hold_is_not_read_even_where_the_plan_was_made_before_they_did() -> None:
    mine, other = prepaid(1_000), prepaid(1_000)
    read = "SELECT idx_tup_fetch + seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = %s"
    # From the sixth time on, PostgreSQL keeps the plan of a statement in a function.
    with transaction.atomic(), connection.cursor() as cursor:
        for call in range(8):
            ask_once(cursor, mine, f"early{call}")
        CreditHold.objects.bulk_create(held(other, f"theirs{n}") for n in range(2_000))
        cursor.execute(read, [CreditHold._meta.db_table])
        before = cursor.fetchone()[0]
        ask_once(cursor, mine, "late")
        cursor.execute(read, [CreditHold._meta.db_table])
        assert cursor.fetchone()[0] - before < 100


def ask_once(cursor: Any, account: Account, call: str) -> None:
    cursor.execute(
        "SELECT granted FROM billing_hold_money('new', %s, %s, 'pbx1', %s, '', '1', 1, 60, '', now(), 1000, 1000, '')",
        [new_id(), account.pk, call],
    )
    assert cursor.fetchone()[0]


def held(account: Account, call: str) -> CreditHold:
    return CreditHold(
        account=account, node_name="pbx1", uniqueid=call, number="1", amount=Decimal("0.01"), granted_seconds=60,
        applied_rate="", expires_at=now() + LATER,
    )  # fmt: skip
