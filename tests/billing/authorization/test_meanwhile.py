"""What others do while a call is asked about: settle, commit late, hang up, start again."""

import asyncio
import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.utils import timezone

from billing.accounts.ledger import Movement, account_of, enter
from billing.authorization.call_authorizer import Desk
from billing.authorization.connections import Connections
from billing.authorization.hold_batcher import Grant
from billing.authorization.holds import CallKey, HoldStore, Wish
from billing.authorization.rule_cache import Asked, Book
from billing.authorization.sweeper import RELEASE_SETTLED, Spending
from billing.authorization.terms import Reason, Refusal, Slice
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


def wish(account: Account, call: CallKey) -> Wish:
    return Wish(account.pk, call, "", NUMBER, "", Decimal(1_000))


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


def test_a_call_that_is_settled_between_two_reads_is_counted(account: Account) -> None:
    async def work() -> Grant:
        async with Connections() as pool, pool.borrow() as beside:
            store, now = HoldStore(pool), timezone.now()
            await store.open(wish(account, CALL), TEN, now + timedelta(minutes=9))
            await store.finish(CALL, Decimal(10), now, now + timedelta(days=1))
            await beside.execute("BEGIN")
            await beside.execute("LOCK TABLE billing_credithold IN ACCESS EXCLUSIVE MODE")
            asked = store.open(wish(account, CallKey("pbx1", "1700000000.2")), TEN, now + timedelta(minutes=9))
            waiting = asyncio.ensure_future(asked)
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
    book = Book()
    book.refresh()

    async def work() -> tuple[object, bool]:
        async with Connections() as pool:
            one, two = (Desk(book, HoldStore(pool), Spending()) for _ in range(2))
            now = timezone.now()
            await one.authorize(Asked(account.customer_id, NUMBER, NUMBER, now), CALL, "PJSIP/x")
            await one.answered(CALL, now)
            await two.recall(now)
            await one.ended(CALL, now)
            return await two.prolong(CALL), CALL in two.calls

    with LoopBeside() as loop:
        assert loop.run(work()) == (Refusal(Reason.INACTIVE), False)


def test_a_change_that_is_committed_late_is_seen(account: Account) -> None:
    other, book = CustomerFactory.create(), Book()
    book.refresh()
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
    book.refresh()
    go_on.set()
    slow.join()
    book.refresh()
    assert not book.terms[account.customer_id].active
