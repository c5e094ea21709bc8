"""The live state: from AMI through Redis to a reader, and its absence."""

import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import override_settings
from django.utils import timezone

from asterisk_sync.live.feed import NodeFeed
from asterisk_sync.live.reader import LiveReader
from asterisk_sync.live.state import (
    LiveChannel,
    LiveContact,
    LiveEndpoint,
    LiveRegistration,
    LiveState,
    live_endpoints,
    live_states,
    pack,
    pack_endpoint,
    publish,
    unpack,
)
from asterisk_sync.models import Node
from asterisk_sync.pipeline import run
from customers.models import Customer
from deploy.trial.asterisk import AsteriskInstance
from deploy.trial.process import start_child
from tests.ami import ami_session
from tests.asterisk_sync.processes import ROOT, environment
from tests.factories.customers import ExtensionFactory
from tests.factories.routing import GatewayFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def a_state(node: Node) -> LiveState:
    channel: dict[str, Any] = {
        "caller_number": "1001",
        "connected_number": "",
        "extension": "011",
        "context": "from-internal",
    }
    return LiveState(
        node_id=node.pk,
        taken_at=timezone.now(),
        version="22.10.1",
        channels=tuple(
            LiveChannel(
                name=f"PJSIP/x-{number}",
                linkedid=call,
                state=state,
                application="Dial",
                account_code="ACME",
                seconds=3,
                **channel,
            )
            for number, (call, state) in enumerate([("a", "Up"), ("a", "Up"), ("b", "Ring"), ("b", "Ringing")])
        ),
        endpoints=(
            LiveEndpoint("GW_A", "Not in use", 0, (LiveContact("GW_A", "sip:198.18.0.1", "Reachable", 12.5),)),
            LiveEndpoint("u1", "Unavailable", 0),
        ),
        registrations=(LiveRegistration("GW_A", "sip:198.18.0.1", "Registered"),),
    )


def live_state(node: Node) -> LiveState | None:
    return live_states([node]).get(node.pk)


def wait_for(read: Callable[[], LiveState | None], seconds: float = 10) -> LiveState:
    deadline = time.monotonic() + seconds
    while (state := read()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return state


def test_a_state_survives_the_way_through_redis(node: Node) -> None:
    state = a_state(node)
    publish(state)
    assert live_state(node) == state
    assert unpack(pack(state), map(pack_endpoint, state.endpoints)) == state
    assert (state.calls_up, state.calls) == (1, 2)
    gateway = state.endpoint("GW_A")
    assert gateway is not None
    assert (gateway.is_reachable, gateway.rtt_milliseconds) == (True, 12.5)
    assert LiveEndpoint("GW_B", "Unavailable", 0, gateway.contacts).is_reachable
    assert not LiveEndpoint("GW_C", "Not in use", 0, (LiveContact("GW_C", "sip:x", "Unreachable"),)).is_reachable
    assert LiveEndpoint("GW_D", "Not in use", 0, (LiveContact("GW_D", "sip:x", "NonQualified"),)).is_reachable
    phone = state.endpoint("u1")
    assert phone is not None
    assert (phone.is_reachable, phone.rtt_milliseconds) == (False, None)


def test_only_what_changed_is_written_again_and_an_emptied_redis_gets_everything(node: Node) -> None:
    state = a_state(node)
    publish(state)
    before = {endpoint.name: endpoint for endpoint in state.endpoints}
    phone = replace(before["u1"], state="Not in use")
    later = replace(state, endpoints=(phone,))
    publish(later, before)
    assert live_states([node], ["u1", "GW_A"])[node.pk].endpoints == (phone,)
    assert live_endpoints([node]) == {node.pk: {"u1": True}}
    cache.clear()
    publish(later, {"u1": phone})
    assert live_state(node) == later
    assert live_states([node], ())[node.pk].endpoints == ()


def test_an_old_state_is_none(node: Node) -> None:
    state = a_state(node)
    publish(LiveState(node_id=node.pk, taken_at=state.taken_at - timedelta(seconds=11)))
    assert live_state(node) is None


def test_without_redis_there_is_no_state_and_no_error(node: Node) -> None:
    nowhere = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1"}}
    with override_settings(CACHES=nowhere):
        assert live_states([node]) == {}


def test_the_reader_sees_endpoints_contacts_and_round_trips(
    node: Node, company: Customer, asterisk: AsteriskInstance
) -> None:
    extension = ExtensionFactory.create(customer=company)
    answering = GatewayFactory.create(host=asterisk.sip_address, port=asterisk.sip_port)
    silent = GatewayFactory.create(host=asterisk.sip_address, port=9)
    last = run.synchronise(node.pk)
    assert last is not None
    assert last.reason == ""
    with ami_session("127.0.0.1", asterisk.ami_port, "voipadmin", asterisk.config.ami_secret) as client:

        def read() -> LiveState | None:
            state = LiveReader(node.pk, client).read()
            known = state.endpoint(answering.name)
            return state if known and known.rtt_milliseconds is not None else None

        state = wait_for(read, 20)
    gone, phone, there = (state.endpoint(name) for name in (silent.name, extension.sip_username, answering.name))
    assert there is not None
    assert there.is_reachable
    assert there.contacts[0].is_reachable
    assert phone is not None
    assert not phone.is_reachable
    assert gone is not None
    assert state.version.startswith(("20.", "22."))


def test_the_feed_tells_and_comes_back_after_a_restart_of_asterisk(node: Node, asterisk: AsteriskInstance) -> None:
    stop = threading.Event()
    feed = threading.Thread(target=NodeFeed(node.pk, stop).run)
    feed.start()
    try:
        first = wait_for(lambda: live_state(node))
        asterisk.kill()
        asterisk.start()
        wait_for(lambda: found if (found := live_state(node)) and found.taken_at > first.taken_at else None, 20)
        time.sleep(2.5)
        assert wait_for(lambda: live_state(node)).taken_at > timezone.now() - timedelta(seconds=2.5)
    finally:
        stop.set()
        feed.join(10)
    assert not feed.is_alive()
    assert Node.objects.get(pk=node.pk).last_seen_at is not None


def test_the_worker_process_follows_the_nodes_and_ends_when_told(
    node: Node, asterisk: AsteriskInstance, tmp_path: Path
) -> None:
    worker = start_child(
        [sys.executable, "manage.py", "ami_worker"],
        name="ami worker",
        log=tmp_path / "ami.log",
        env=environment(),
        cwd=ROOT,
    )
    try:
        wait_for(lambda: live_state(node), 20)
        worker.popen.send_signal(signal.SIGTERM)
        assert worker.popen.wait(10) == 0
    finally:
        worker.stop()


def test_a_feed_without_a_node_ends(node: Node) -> None:
    feed = threading.Thread(target=NodeFeed(uuid4(), threading.Event()).run)
    feed.start()
    feed.join(5)
    assert not feed.is_alive()


def test_a_hung_redis_costs_a_reader_little(node: Node) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        hung = {
            "default": {
                "BACKEND": "django.core.cache.backends.redis.RedisCache",
                "LOCATION": f"redis://127.0.0.1:{server.getsockname()[1]}",
                "OPTIONS": {"socket_connect_timeout": 0.3, "socket_timeout": 0.5},
            }
        }
        with override_settings(CACHES=hung):
            started = time.monotonic()
            assert live_state(node) is None
            assert time.monotonic() - started < 2
