"""What others do while a call is asked about: settle, commit late, hang up, start again."""

import asyncio
import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.utils import timezone

from billing.accounts.ledger import Movement, account_of, enter
from billing.authorization.calls.call_authorizer import CallAuthorizer
from billing.authorization.facts.rule_cache import RuleCache
from billing.authorization.holds.connections import ConnectionPool
from billing.authorization.holds.hold_batcher import HoldResult
from billing.authorization.holds.hold_store import CallKey, HoldRequest, HoldStore
from billing.authorization.holds.sweeper import RELEASE_SETTLED
from billing.authorization.rules.values import AuthorizationRefusal, CallRequest, RefusalReason, Slice
from billing.models import Account, AccountKind, EntryKind, LedgerEntry
from customers.models import Customer, CustomerStatus
from tests.billing.loop_beside import LoopBeside
from tests.factories import CdrFactory, CustomerFactory, GatewayFactory, RouteFactory, TariffFactory

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "5511987654321"
TEN = Slice(10, Decimal(10))
CALL = CallKey("pbx1", "1700000000.1")


@pytest.fixture
def account() -> Account:
    account = account_of(CustomerFactory.create())
    Account.objects.filter(pk=account.pk).update(kind=AccountKind.PREPAID)
    enter(account=account, movement=Movement(kind=EntryKind.TOP_UP, amount=Decimal(10)))
    return account


def hold_request(account: Account, call: CallKey) -> HoldRequest:
    return HoldRequest(account.pk, call, "", NUMBER, "", Decimal(1_000), Decimal(1_000))


def settle(account: Account, call: CallKey) -> None:
    now = timezone.now()
    cdr = CdrFactory.create(
        node_name=call.node_name, uniqueid=call.uniqueid, customer=account.customer, price=Decimal(10),
        currency=account.currency, answered_at=now, started_at=now, ended_at=now,
    )  # fmt: skip
    LedgerEntry.objects.create(
        account=account, kind=EntryKind.CALL, amount=Decimal(-10), currency=account.currency, happened_at=now,
        cdr_id=cdr.pk,
    )  # fmt: skip
    connection.close()


@pytest.mark.slow(seconds=0.3)
def test_a_call_that_is_settled_between_two_reads_is_counted(account: Account) -> None:
    async def work() -> HoldResult:
        async with ConnectionPool() as pool, pool.connection() as beside:
            store, now = HoldStore(pool), timezone.now()
            await store.open(hold_request(account, CALL), TEN, now + timedelta(minutes=9))
            await store.finish(CALL, Decimal(10), now, now + timedelta(days=1))
            await beside.execute("BEGIN")
            await beside.execute("LOCK TABLE billing_credithold IN ACCESS EXCLUSIVE MODE")
            request = hold_request(account, CallKey("pbx1", "1700000000.2"))
            waiting = asyncio.ensure_future(store.open(request, TEN, now + timedelta(minutes=9)))
            await asyncio.sleep(0.3)
            await asyncio.to_thread(settle, account, CALL)
            await beside.execute(RELEASE_SETTLED)
            await beside.execute("COMMIT")
            return await waiting

    with LoopBeside() as loop:
        assert not loop.run(work()).granted


def test_a_call_whose_end_another_service_saw_is_no_reason_to_stop_a_customer(account: Account) -> None:
    RouteFactory.create(gateways=[GatewayFactory.create()])
    TariffFactory.create(pattern="55", price_per_minute=Decimal("0.60"))
    cache = RuleCache()
    cache.refresh()

    async def work() -> tuple[object, bool]:
        async with ConnectionPool() as pool:
            one, two = (CallAuthorizer(cache, HoldStore(pool)) for _ in range(2))
            now = timezone.now()
            await one.authorize(CallRequest(account.customer_id, NUMBER, now), CALL, "PJSIP/x")
            await one.mark_answered(CALL, now)
            await two.resume_calls(now)
            await one.finish(CALL, now)
            return await two.extend(CALL), CALL in two.calls

    with LoopBeside() as loop:
        assert loop.run(work()) == (AuthorizationRefusal(RefusalReason.INACTIVE), False)


def test_a_change_that_is_committed_late_is_seen(account: Account) -> None:
    other, cache = CustomerFactory.create(), RuleCache()
    cache.refresh()
    changed, go_on = threading.Event(), threading.Event()

    def suspend_slowly() -> None:
        with transaction.atomic():
            customer = Customer.objects.get(pk=account.customer_id)
            customer.status = CustomerStatus.SUSPENDED
            customer.save()
            changed.set()
            go_on.wait(10)
        connection.close()

    slow = threading.Thread(target=suspend_slowly)
    slow.start()
    assert changed.wait(10)
    other.name = "Saved later, committed first"
    other.save()
    cache.refresh()
    go_on.set()
    slow.join()
    cache.refresh()
    assert not cache.account_rules[account.customer_id].active
