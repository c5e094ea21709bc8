"""A call on a real Asterisk as the page of the calls up now shows it: it appears, burns money, and is ended there."""

import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from asterisk_sync.live.calls import CallState, CallUp
from asterisk_sync.live.calls_store import told_calls_of
from asterisk_sync.live.columns import live_columns
from asterisk_sync.live.feed import NodeFeed
from asterisk_sync.live.hangups import HangupResult, told_results
from asterisk_sync.models import Node
from billing.models import Cdr
from tests.billing.importing import import_file
from tests.calls.authorized import authorizer, prepaid, wait_until
from tests.calls.exchange import Exchange
from tests.factories.billing import TariffFactory
from tests.factories.users import UserFactory
from tests.lab.sipp import Behaviour
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.usefixtures("authorizer_address"), pytest.mark.slow]

NUMBER, KEY = "011987654321", "5511987654321"


@pytest.fixture
def followed(exchange: Exchange) -> Iterator[Node]:
    """The node of the exchange, followed by its AMI worker."""
    cache.clear()
    stop = threading.Event()
    worker = threading.Thread(target=NodeFeed(exchange.node.pk, stop).run)
    worker.start()
    yield exchange.node
    stop.set()
    worker.join(20)


def seen(node: Node, state: str) -> list[CallUp]:
    return [call for call in told_calls_of(node).calls if call.state == state]


def test_a_call_appears_burns_money_and_is_ended_from_the_page(exchange: Exchange, followed: Node) -> None:
    vivo = exchange.carrier("GW_Vivo_SP", Behaviour(ring_ms=3_000), channel_limit=10)
    exchange.route("_X.", vivo)
    acme = exchange.trunk("ACME")
    prepaid(acme.customer, 10_000)
    rate: dict[str, Any] = {"initial_block_seconds": 1, "increment_seconds": 1, "free_seconds": 0, "connect_fee": 0}
    TariffFactory.create(pattern="55", price_per_minute=Decimal(60), cost_per_minute=Decimal(30), **rate)
    exchange.apply()
    operator = Client(HTTP_ACCEPT_LANGUAGE="en")
    operator.force_login(UserFactory.create(role=Role.OPERATOR), backend="voipadmin.users.backends.RoleBackend")
    with authorizer(), exchange.calling(acme, NUMBER, hold_ms=60_000):
        wait_until(lambda: bool(seen(followed, CallState.RINGING)), 60)
        [ringing] = seen(followed, CallState.RINGING)
        assert (ringing.called, ringing.price, ringing.customer) == (KEY, None, "ACME")
        wait_until(lambda: any((call.price or 0) >= 3 for call in seen(followed, CallState.UP)), 60)
        [call] = seen(followed, CallState.UP)
        assert (call.gateway, call.codec, call.currency, call.direction) == ("GW_Vivo_SP", "alaw", "BRL", "outbound")
        assert call.price is not None
        assert call.margin == call.price / 2
        assert call.held is not None
        assert call.held >= call.price
        wait_until(lambda: live_columns([acme.customer])[acme.customer.pk].calls == 1)
        page = operator.get("/live/calls/").content.decode()
        assert page.count('<tr id="call-') == 1
        answer = operator.post("/live/calls/hang-up/", {"call": f"{followed.pk} {call.key}", "confirmed": "1"})
        key = answer["Location"].rstrip("/").rpartition("/")[2]
        wait_until(lambda: (told := told_results(key)) is not None and told.is_over)
        told = told_results(key)
        assert told is not None
        assert [outcome.result for outcome in told.outcomes] == [HangupResult.ENDED]
        wait_until(lambda: not told_calls_of(followed).calls)
    exchange.record()
    import_file(exchange.cdrs.path, node=followed.name)
    record = Cdr.objects.get(uniqueid=call.key)
    assert (record.disposition, record.cause, record.gateway) == ("ANSWERED", 16, vivo.gateway)
    assert record.price is not None
    # What was shown a moment before the end is what was charged, but for the seconds between.
    assert call.price <= record.price <= call.price + 10
