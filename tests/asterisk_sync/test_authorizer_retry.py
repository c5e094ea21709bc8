"""A moment without the database costs no call that has money."""

import asyncio
from datetime import timedelta

import pytest
from django.utils import timezone
from psycopg import OperationalError

from asterisk_sync.authorizer import live_calls
from asterisk_sync.authorizer.service import AuthorizerService
from asterisk_sync.authorizer.state import ServiceState
from billing.accounts.ledger import account_of
from billing.authorization.calls.call_authorizer import CallAuthorizer, LiveCall
from billing.authorization.facts.rule_cache import RuleCache
from billing.authorization.holds.connections import ConnectionPool
from billing.authorization.holds.hold_store import CallKey
from billing.authorization.rules.values import AuthorizationRefusal, CallRequest
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
    cache = RuleCache()
    cache.refresh()
    asked: list[CallKey] = []
    extend = CallAuthorizer.extend

    async def away_once(call_authorizer: CallAuthorizer, key: CallKey) -> LiveCall | AuthorizationRefusal:
        asked.append(key)
        if len(asked) == 1:
            raise OperationalError("the server closed the connection")
        return await extend(call_authorizer, key)

    monkeypatch.setattr(CallAuthorizer, "extend", away_once)
    monkeypatch.setattr(live_calls, "RETRY_SECONDS", 0.05)

    async def work() -> LiveCall:
        async with ConnectionPool() as pool:
            service = AuthorizerService(ServiceState(pool, rule_cache=cache))
            authorizer = service.state.call_authorizer
            began = timezone.now() - timedelta(seconds=49)
            await authorizer.authorize(CallRequest(customer.pk, NUMBER, began), CALL, "PJSIP/x")
            await authorizer.mark_answered(CALL, began)
            first = authorizer.calls[CALL].granted.seconds
            await service.timers.extend(CALL)
            for _ in range(100):
                await asyncio.sleep(0.05)
                if authorizer.calls[CALL].granted.seconds > first:
                    break
            call = authorizer.calls[CALL]
            await service.stop()
            return call

    with LoopBeside() as loop:
        assert loop.run(work()).granted.seconds > 60
    assert asked == [CALL, CALL]


@pytest.mark.django_db(transaction=True)
def test_a_clock_that_is_set_back_makes_no_call_longer_than_what_is_held_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    customer = CustomerFactory.create()
    account_of(customer)
    RouteFactory.create(gateways=[GatewayFactory.create()])
    TariffFactory.create(pattern="55")
    cache = RuleCache()
    cache.refresh()
    began = timezone.now()

    async def work() -> LiveCall:
        async with ConnectionPool() as pool:
            authorizer = ServiceState(pool, rule_cache=cache).call_authorizer
            await authorizer.authorize(CallRequest(customer.pk, NUMBER, began), CALL, "PJSIP/x")
            call = await authorizer.mark_answered(CALL, began)
            assert call is not None
            return call

    with LoopBeside() as loop:
        call = loop.run(work())
    monkeypatch.setattr(timezone, "now", lambda: began - timedelta(hours=1))
    assert call.seconds_left is not None
    assert 0 < call.seconds_left <= call.granted.seconds
