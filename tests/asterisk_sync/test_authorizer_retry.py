"""A moment without the database costs no call that has money."""

import asyncio
from datetime import timedelta

import pytest
from django.utils import timezone
from psycopg import OperationalError

from asterisk_sync.authorizer import service
from asterisk_sync.authorizer.service import Authorizer
from billing.accounts.ledger import account_of
from billing.authorization.call_authorizer import Desk, LiveCall
from billing.authorization.connections import Connections
from billing.authorization.holds import CallKey
from billing.authorization.rule_cache import Asked, Book
from billing.authorization.terms import Refusal
from tests.billing.loop_beside import LoopBeside
from tests.factories import CustomerFactory, GatewayFactory, RouteFactory, TariffFactory

NUMBER = "5511987654321"
CALL = CallKey("pbx1", "1700000000.1")


@pytest.mark.django_db(transaction=True)
def test_a_slice_that_could_not_be_asked_for_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    customer = CustomerFactory.create()
    account_of(customer)
    RouteFactory.create(gateways=[GatewayFactory.create()])
    TariffFactory.create(pattern="55")
    book = Book()
    book.refresh()
    asked: list[CallKey] = []
    prolong = Desk.prolong

    async def away_once(desk: Desk, key: CallKey) -> LiveCall | Refusal:
        asked.append(key)
        if len(asked) == 1:
            raise OperationalError("the server closed the connection")
        return await prolong(desk, key)

    monkeypatch.setattr(Desk, "prolong", away_once)
    monkeypatch.setattr(service, "RETRY_SECONDS", 0.05)

    async def work() -> LiveCall:
        async with Connections() as pool:
            authorizer = Authorizer(pool, book=book)
            began = timezone.now() - timedelta(seconds=49)
            await authorizer.desk.authorize(Asked(customer.pk, NUMBER, NUMBER, began), CALL, "PJSIP/x")
            await authorizer.desk.answered(CALL, began)
            first = authorizer.desk.calls[CALL].granted.seconds
            await authorizer._prolong(CALL)
            for _ in range(100):
                await asyncio.sleep(0.05)
                if authorizer.desk.calls[CALL].granted.seconds > first:
                    break
            call = authorizer.desk.calls[CALL]
            await authorizer.stop()
            return call

    with LoopBeside() as loop:
        assert loop.run(work()).granted.seconds > 60
    assert asked == [CALL, CALL]
