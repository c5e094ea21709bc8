"""Any number of services judge caps and calls by one truth: what is in the database."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeVar

import pytest
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from billing.accounts.ledger import account_of
from billing.authorization.calls.call_authorizer import CallAuthorizer, LiveCall
from billing.authorization.facts.rule_cache import RuleCache
from billing.authorization.holds.connections import ConnectionPool
from billing.authorization.holds.hold_store import CallKey, HoldRequest, HoldStore
from billing.authorization.holds.sweeper import SpendingTotals, Sweeper
from billing.authorization.rules.values import AuthorizationRefusal, CallRequest, RefusalReason, Slice
from billing.models import Account, CreditHold, EntryKind, HoldState, LedgerEntry
from tests.billing.loop_beside import LoopBeside
from tests.factories import CdrFactory, CustomerFactory, GatewayFactory, RouteFactory, TariffFactory

pytestmark = pytest.mark.django_db(transaction=True)
Result = TypeVar("Result")
NUMBER = "5511987654321"
LATER = timedelta(minutes=5)
TWO = Slice(120, Decimal(2))
CAP = Decimal(10)


@pytest.fixture
def account() -> Account:
    """An account with an hourly cap of ten, and calls of one a minute."""
    account = account_of(CustomerFactory.create())
    Account.objects.filter(pk=account.pk).update(hourly_cap=CAP)
    RouteFactory.create(gateways=[GatewayFactory.create()])
    TariffFactory.create(pattern="55", price_per_minute=Decimal(1), initial_block_seconds=1, increment_seconds=1)
    return account


def request(account: Account, call: str) -> HoldRequest:
    return HoldRequest(account.pk, CallKey("pbx1", call), "", NUMBER, "", Decimal(1000), Decimal(1000))


def settle(account: Account, call: str, amount: Decimal) -> None:
    """Enter a call as the import of its record does."""
    now = timezone.now()
    cdr = CdrFactory.create(
        node_name="pbx1", uniqueid=call, customer=account.customer, price=amount, currency=account.currency,
        answered_at=now, started_at=now, ended_at=now,
    )  # fmt: skip
    LedgerEntry.objects.create(
        account=account, kind=EntryKind.CALL, amount=-amount, currency=account.currency, happened_at=now, cdr_id=cdr.pk
    )
    connection.close()


def run(work: Callable[[ConnectionPool, ConnectionPool], Coroutine[Any, Any, Result]]) -> Result:
    """Do the work of two services, each with connections of its own."""

    async def whole() -> Result:
        async with ConnectionPool() as one, ConnectionPool() as two:
            return await work(one, two)

    with LoopBeside() as loop:
        return loop.run(whole())


def test_a_service_that_never_swept_knows_what_another_one_settled(account: Account) -> None:
    async def work(one: ConnectionPool, two: ConnectionPool) -> list[bool]:
        now = timezone.now()
        for call in ("1", "2", "3", "4"):
            assert (await HoldStore(one).open(request(account, call), TWO, now + LATER)).granted
            await HoldStore(one).finish(CallKey("pbx1", call), TWO.amount, now, now + LATER)
            await asyncio.to_thread(settle, account, call, TWO.amount)
        await Sweeper(one, SpendingTotals()).sweep()
        return [(await HoldStore(two).open(request(account, call), TWO, now + LATER)).granted for call in ("5", "6")]

    assert run(work) == [True, False]
    assert CreditHold.objects.filter(state=HoldState.ACTIVE).count() == 1


def test_calls_that_are_settled_and_swept_by_two_services_while_both_are_asked_never_pass_the_cap(
    account: Account,
) -> None:
    async def calls(pool: ConnectionPool, name: str) -> None:
        store, now = HoldStore(pool), timezone.now()
        for number in range(15):
            call = f"{name}.{number}"
            if (await store.open(request(account, call), TWO, now + LATER)).granted:
                await store.finish(CallKey("pbx1", call), TWO.amount, now, now + LATER)
                await asyncio.to_thread(settle, account, call, TWO.amount)

    async def sweeps(pool: ConnectionPool) -> None:
        sweeper = Sweeper(pool, SpendingTotals())
        while True:
            await sweeper.sweep()
            await asyncio.sleep(0)

    async def work(one: ConnectionPool, two: ConnectionPool) -> None:
        sweeping = [asyncio.ensure_future(sweeps(one)), asyncio.ensure_future(sweeps(two))]
        await asyncio.gather(calls(one, "a"), calls(two, "b"), calls(one, "c"), calls(two, "d"))
        for task in sweeping:
            task.cancel()
        outcomes = await asyncio.gather(*sweeping, return_exceptions=True)
        assert all(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes), outcomes

    run(work)
    spent = LedgerEntry.objects.filter(account=account).aggregate(sum=Sum("amount"))["sum"]
    assert spent == -CAP


def test_the_end_of_a_call_that_another_service_let_through_settles_it(account: Account) -> None:
    cache = RuleCache()
    cache.refresh()
    key = CallKey("pbx1", "1700000000.1")

    async def work(one: ConnectionPool, two: ConnectionPool) -> None:
        began = timezone.now() - timedelta(seconds=30)
        first, second = CallAuthorizer(cache, HoldStore(one)), CallAuthorizer(cache, HoldStore(two))
        await first.authorize(CallRequest(account.customer_id, NUMBER, began), key, "PJSIP/x")
        answered = await second.mark_answered(key, began)
        assert isinstance(answered, LiveCall)
        await CallAuthorizer(cache, HoldStore(two)).finish(key, began + timedelta(seconds=29))

    run(work)
    hold = CreditHold.objects.get()
    assert (hold.amount, hold.state, hold.ended_at is not None) == (Decimal("0.5"), HoldState.ACTIVE, True)


def test_a_call_that_is_told_twice_to_be_answered_runs_from_the_first_time(account: Account) -> None:
    cache = RuleCache()
    cache.refresh()
    key = CallKey("pbx1", "1700000000.1")
    began = timezone.now() - timedelta(seconds=30)

    async def work(one: ConnectionPool, two: ConnectionPool) -> list[LiveCall | None]:
        first = CallAuthorizer(cache, HoldStore(one))
        await first.authorize(CallRequest(account.customer_id, NUMBER, began), key, "PJSIP/x")
        told = [await first.mark_answered(key, began + timedelta(seconds=late)) for late in (0, 20)]
        return [*told, await CallAuthorizer(cache, HoldStore(two)).mark_answered(key, timezone.now())]

    assert [call and call.answered_at for call in run(work)] == [began] * 3
    assert CreditHold.objects.get().answered_at == began


def test_a_caller_who_hangs_up_while_the_service_still_answers_leaves_nothing_held(account: Account) -> None:
    cache = RuleCache()
    cache.refresh()
    key = CallKey("pbx1", "1700000000.1")

    async def work(one: ConnectionPool, _two: ConnectionPool) -> bool:
        authorizer = CallAuthorizer(cache, HoldStore(one))
        asked = asyncio.ensure_future(
            authorizer.authorize(CallRequest(account.customer_id, NUMBER, timezone.now()), key, "PJSIP/x")
        )
        await asyncio.sleep(0)
        await authorizer.finish(key, timezone.now())
        await asked
        return key in authorizer.calls

    assert not run(work)
    assert CreditHold.objects.get().state == HoldState.RELEASED


def test_a_stopped_account_is_not_extended_and_that_is_no_cap(account: Account) -> None:
    cache = RuleCache()
    cache.refresh()
    key = CallKey("pbx1", "1700000000.1")

    async def work(one: ConnectionPool, _two: ConnectionPool) -> object:
        authorizer, now = CallAuthorizer(cache, HoldStore(one)), timezone.now()
        await authorizer.authorize(CallRequest(account.customer_id, NUMBER, now), key, "PJSIP/x")
        await authorizer.mark_answered(key, now)
        await asyncio.to_thread(stop)
        return await authorizer.extend(key)

    def stop() -> None:
        Account.objects.filter(pk=account.pk).update(blocked_at=timezone.now())
        connection.close()

    assert run(work) == AuthorizationRefusal(RefusalReason.BLOCKED)
