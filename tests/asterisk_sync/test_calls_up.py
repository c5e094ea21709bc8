"""Calls that go on: from channels to calls, what they cost so far, and how they are ended."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from django.core.cache import cache
from django.test import override_settings
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from asterisk_sync.ami.messages import AmiMessage, AmiRefusedError, AmiUnreachableError
from asterisk_sync.live import hangups
from asterisk_sync.live.calls import CallState, CallUp, calls_of, new_calls_per_second
from asterisk_sync.live.calls_store import NodeCalls, pack_calls, publish_calls, told_calls_of, unpack_calls
from asterisk_sync.live.following import CallFollower
from asterisk_sync.live.hangups import HangupResult, HangupServer, HangupTarget, ask_to_hang_up, told_results
from asterisk_sync.live.history import HistoryWriter, history_of
from asterisk_sync.live.pricing import amounts
from asterisk_sync.live.state import LiveChannel, LiveContact, LiveEndpoint
from billing.accounts.ledger import account_of
from billing.models import CreditHold, TimeWindow
from billing.rating.calls import CallFacts, ProviderCost
from billing.rating.durations import rate_duration, simple_rate
from billing.tariffs.loader import CurrentTariffs
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.billing import BuyRateFactory, TariffFactory
from tests.factories.customers import CustomerFactory, ExtensionFactory
from tests.factories.routing import GatewayFactory

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
numbers = count()


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


def channel(name: str, linkedid: str, state: str = "Up", **fields: Any) -> LiveChannel:
    values = {
        "caller_number": "1001", "connected_number": "", "extension": "011987654321", "context": "from-internal",
        "application": "Dial", "account_code": "ACME", "seconds": 7, "uniqueid": linkedid,
    }  # fmt: skip
    return LiveChannel(name=name, linkedid=linkedid, state=state, **{**values, **fields})


def outbound(number: str = "5511987654321", **variables: str) -> dict[str, str]:
    return {"va_direction": "outbound", "va_number": number, **variables}


def test_the_called_channel_belongs_to_the_call_of_the_one_that_asks() -> None:
    started = int((NOW - timedelta(seconds=42)).timestamp())
    asking = channel("PJSIP/u1-1", f"lab-{started}.1", "Ring", variables=outbound(va_caller="551140001000"))
    called = channel("PJSIP/GW_A-2", f"lab-{started}.1", "Down", uniqueid="lab-1.2")
    [call] = calls_of((called, asking), NOW)
    assert (call.key, call.caller, call.called) == (f"lab-{started}.1", "551140001000", "5511987654321")
    assert (call.endpoint, call.state, NOW - call.started_at) == ("u1", CallState.DIALLING, timedelta(seconds=42))
    [call] = calls_of((asking, replace(called, state="Ringing")), NOW)
    assert call.state == CallState.RINGING
    [call] = calls_of((replace(asking, state="Up"), replace(called, state="Up")), NOW)
    assert call.is_up
    arriving = replace(asking, name="PJSIP/GW_A-9", variables={"va_direction": "inbound", "va_dialled": "551140001000"})
    [call] = calls_of((arriving, replace(called, name="PJSIP/u2-3")), NOW)
    assert (call.called, call.endpoint) == ("551140001000", "u2")


def test_calls_of_one_conference_are_calls_of_their_own() -> None:
    room = "0" * 32
    halves = [
        channel(f"Local/1@c-{n};2", "lab-1700000000.1", uniqueid=f"lab-1700000000.{n}", bridge=f"b{n}",
                variables=outbound(va_room=room))
        for n in (1, 2)
    ]  # fmt: skip
    called = [
        channel(f"PJSIP/GW_A-{n}", "lab-1700000000.1", "Up", uniqueid=f"x.{n}", bridge=f"b{n}", variables={})
        for n in (1, 2)
    ]
    calls = calls_of((*halves, *called), NOW)
    assert [call.key for call in calls] == ["lab-1700000000.1", "lab-1700000000.2"]
    assert {call.room for call in calls} == {room}


def test_a_call_of_a_foreign_dialplan_is_one_call_too() -> None:
    pair = (channel("PJSIP/x-2", "9.1", uniqueid="9.2"), channel("PJSIP/x-1", "9.1", variables={}))
    [call] = calls_of(pair, NOW)
    assert (call.key, call.called, call.direction) == ("9.1", "011987654321", "")


def test_a_channel_whose_id_tells_no_time_is_as_old_as_it_says() -> None:
    [call] = calls_of((channel("PJSIP/x-1", "strange", variables={}),), NOW)
    assert call.started_at == NOW - timedelta(seconds=7)


def test_new_calls_are_counted_over_ten_seconds() -> None:
    calls = [CallUp("k", "c", "l", NOW - timedelta(seconds=age), "up") for age in (1, 2, 9, 11)]
    assert new_calls_per_second(calls, NOW) == Decimal("0.3")


def test_calls_survive_the_way_through_redis_to_a_release_with_other_fields() -> None:
    node = NodeFactory.build()
    call = CallUp("k", "c", "l", NOW, "up", answered_at=NOW, price=Decimal("1.2300"), held=Decimal(5), caller="1001")
    told = NodeCalls(node.pk, node.name, NOW, (call,))
    assert unpack_calls(pack_calls(told)) == told
    assert unpack_calls(pack_calls(told).replace('"codec"', '"tomorrow"')).calls == (call,)


prices = st.decimals(0, 10, places=6)
rates = st.builds(
    simple_rate,
    per_minute=prices,
    initial_block=st.integers(1, 120),
    increment=st.integers(1, 120),
    connect_fee=prices,
    free_seconds=st.integers(0, 30),
)


@given(st.lists(st.tuples(st.none() | rates, st.integers(0, 86_400)), max_size=8))
@pytest.mark.slow(seconds=0.3)
def test_calls_over_arrays_cost_what_they_cost_one_by_one(calls: list[tuple[Any, int]]) -> None:
    expected = [None if rate is None else rate_duration(rate, seconds).amount for rate, seconds in calls]
    assert amounts([rate for rate, _ in calls], [seconds for _, seconds in calls]) == expected


def answered(number: str, customer: Any, gateway: Any, key: str = "", **fields: Any) -> CallUp:
    values: dict[str, Any] = {"direction": "outbound", "called": number, "caller": "551140001000", **fields}
    key = key or f"lab-1.{next(numbers)}"
    values |= {"customer_id": str(customer.pk), "gateway_id": str(gateway.pk)}
    return CallUp(key, f"PJSIP/x-{key}", key, timezone.now(), CallState.UP, **values)


@pytest.mark.django_db
def test_a_call_that_goes_on_costs_what_its_record_would_be_charged() -> None:
    gateway, other = GatewayFactory.create_batch(2)
    customer = CustomerFactory.create()
    account = account_of(customer)
    window = TimeWindow.objects.create(name="Mondays", weekdays=0b1, starts_at=time(0), ends_at=time(12))
    TariffFactory.create(pattern="55", price_per_minute=Decimal(1))
    TariffFactory.create(pattern="_5511[89]XXXXXXXX", price_per_minute=Decimal(3), cost_per_minute=None)
    TariffFactory.create(pattern="190", matches="code", price_per_minute=Decimal(9))
    TariffFactory.create(pattern="5521", origin_prefix="5511", price_per_minute=Decimal(4))
    TariffFactory.create(pattern="5521", window=window, price_per_minute=Decimal(5))
    BuyRateFactory.create(provider=gateway.provider, pattern="5511", price_per_minute=Decimal("0.5"))
    BuyRateFactory.create(provider=gateway.provider, pattern="_5521X.", price_per_minute=Decimal("0.7"))
    dialled = ["5511987654321", "551133334444", "0190", "552133334444", "4930123456", "", "5531999998888"]
    calls = [answered(number, customer, via) for number in dialled for via in (gateway, other)]
    follower, now = CallFollower("lab"), timezone.now()
    first = follower.follow(calls, now)
    later = now + timedelta(seconds=95)
    found = follower.follow(calls, later)
    assert {call.answered_at for call in (*first, *found)} == {now}
    cost = {via.pk: ProviderCost(via.provider.cost_per_minute, via.provider.currency, via.provider_id)
            for via in (gateway, other)}  # fmt: skip
    facts = [
        CallFacts("outbound", call.called, now, 95, cost[via.pk], origin="551140001000", plan_id=account.plan_id)
        for call, via in zip(calls, [gateway, other] * len(dialled), strict=True)
    ]
    expected = CurrentTariffs().price_calls(facts)
    assert [(call.price, call.currency, call.margin) for call in found] == [
        (record.price, record.currency, record.margin) for record in expected
    ]
    assert [call.cost for call in found if call.called] == [
        record.cost for record, call in zip(expected, found, strict=True) if call.called
    ]
    assert {call.customer for call in found} == {customer.code}
    assert [call.gateway for call in found[:2]] == [gateway.name, other.name]


@pytest.mark.django_db
def test_the_answer_is_the_authorizers_and_survives_a_restarted_worker() -> None:
    customer, gateway = CustomerFactory.create(), GatewayFactory.create()
    extension = ExtensionFactory.create()
    TariffFactory.create(
        pattern="55", price_per_minute=Decimal(60), initial_block_seconds=1, increment_seconds=1, free_seconds=0
    )
    at = timezone.now()
    call = answered("5511987654321", customer, gateway, "lab-5.5", endpoint=extension.sip_username)
    CreditHold.objects.create(
        account=account_of(customer), node_name="lab", uniqueid=call.key, number="5511987654321", amount=7,
        granted_seconds=60, applied_rate="", expires_at=at, answered_at=at - timedelta(seconds=30),
    )  # fmt: skip
    [found] = CallFollower("lab").follow([call], at)
    assert (found.answered_at, found.price, found.held) == (at - timedelta(seconds=30), Decimal("30.0000"), Decimal(7))
    assert (found.extension, found.extension_id) == (extension.number, str(extension.pk))
    unheld = answered("5511987654321", customer, gateway, "lab-6.6")
    restarted = CallFollower("lab")
    restarted.remember([unheld._replace(answered_at=at - timedelta(seconds=10))])
    [found] = restarted.follow([unheld], at)
    assert (found.price, found.held) == (Decimal("10.0000"), None)
    [ringing] = restarted.follow([unheld._replace(state=CallState.RINGING)], at)
    assert (ringing.price, ringing.answered_at) == (None, None)


@pytest.mark.django_db
def test_a_second_costs_one_query_once_the_calls_are_known(django_assert_num_queries: Any) -> None:
    customer, gateway = CustomerFactory.create(), GatewayFactory.create()
    TariffFactory.create(pattern="55")
    calls = [answered("5511987654321", customer, gateway) for _ in range(20)]
    follower = CallFollower("lab")
    follower.follow(calls, timezone.now())
    with django_assert_num_queries(1):
        follower.follow(calls, timezone.now())
    with django_assert_num_queries(0):
        follower.follow([], timezone.now())


class Manager:
    """A manager connection that ends what it knows, and remembers how it was asked."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.asked = error, []  # type: ignore[var-annotated]

    def request(self, action: str, **fields: str) -> None:
        if self.error:
            raise self.error
        self.asked.append((action, fields["Channel"], fields["Cause"]))


@pytest.mark.django_db
@pytest.mark.slow(seconds=0.3)
def test_each_call_is_ended_by_its_own_node_and_every_result_is_told() -> None:
    node, away = NodeFactory.create_batch(2)
    known = (
        channel("PJSIP/a-1", "lab-1.1", variables=outbound()),
        channel("PJSIP/a-2", "lab-1.2", variables=outbound("0190", va_kind="emergency")),
    )
    targets = [HangupTarget(node.pk, node.name, key) for key in ("lab-1.1", "lab-1.2", "lab-1.9")]
    key = ask_to_hang_up([*targets, HangupTarget(away.pk, away.name, "lab-1.1")], "maria")
    manager = Manager()
    HangupServer(node.pk, manager).serve(known, 0.3)  # type: ignore[arg-type]
    asked = told_results(key)
    assert asked is not None
    assert [outcome.result for outcome in asked.outcomes] == [
        HangupResult.ENDED, HangupResult.EMERGENCY, HangupResult.GONE, HangupResult.WAITING,
    ]  # fmt: skip
    assert manager.asked == [("Hangup", "PJSIP/a-1", "16")]
    assert (asked.asked_by, asked.is_over) == ("maria", False)


@pytest.mark.django_db
@pytest.mark.slow(seconds=0.3)
def test_what_nobody_took_in_time_is_taken_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    node = NodeFactory.create()
    monkeypatch.setattr(hangups, "TAKEN_WITHIN", timedelta(seconds=-3))
    key = ask_to_hang_up([HangupTarget(node.pk, node.name, "lab-1.1")], "maria")
    manager = Manager()
    HangupServer(node.pk, manager).serve((channel("PJSIP/a-1", "lab-1.1"),), 0.3)  # type: ignore[arg-type]
    asked = told_results(key)
    assert manager.asked == []
    assert asked is not None
    assert [outcome.result for outcome in asked.outcomes] == [HangupResult.AWAY]
    assert told_results("0" * 32) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "result"),
    [
        (AmiRefusedError("No such channel"), HangupResult.GONE),
        (AmiRefusedError("Permission denied"), HangupResult.REFUSED),
        (AmiUnreachableError("lost"), HangupResult.AWAY),
    ],
)
def test_why_a_call_was_not_ended_is_told(error: Exception, result: HangupResult) -> None:
    node = NodeFactory.create()
    key = ask_to_hang_up([HangupTarget(node.pk, node.name, "lab-1.1")], "maria")
    server = HangupServer(node.pk, Manager(error))  # type: ignore[arg-type]
    try:
        server.serve((channel("PJSIP/a-1", "lab-1.1"),), 0.3)
    except AmiUnreachableError:
        assert result is HangupResult.AWAY
    asked = told_results(key)
    assert asked is not None
    assert asked.outcomes[0].result is result


@pytest.mark.django_db
def test_without_redis_nobody_is_told_that_calls_end() -> None:
    node = NodeFactory.create()
    nowhere = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1"}}
    with override_settings(CACHES=nowhere):
        with pytest.raises(hangups.HangupNotAskedError):
            ask_to_hang_up([HangupTarget(node.pk, node.name, "x")], "maria")
        assert told_results("x") is None
        assert told_calls_of(node).calls == ()


@pytest.mark.django_db
def test_calls_of_a_silent_node_are_kept_and_marked() -> None:
    node = NodeFactory.create()
    publish_calls(NodeCalls(node.pk, node.name, NOW, (CallUp("k", "c", "l", NOW, "up"),)))
    told = told_calls_of(node)
    assert len(told.calls) == 1
    assert told.is_silent(timezone.now())
    assert not told.is_silent(NOW + timedelta(seconds=2))


@pytest.mark.django_db
def test_a_gateway_is_noted_each_minute_and_a_change_at_once() -> None:
    node = NodeFactory.create()
    writer, phone = HistoryWriter(node.pk), LiveEndpoint("u000000000000fff", "Not in use", 0)
    there = LiveEndpoint("GW_A", "Not in use", 0, (LiveContact("GW_A", "sip:x", "Reachable", 12.34),))
    gone = LiveEndpoint("GW_A", "Unavailable", 0)
    assert writer.note([there, phone], NOW) == 1
    assert writer.note([there, phone], NOW) == 0
    assert writer.note([gone, replace(phone, state="Unavailable")], NOW) == 2
    samples = history_of([node.pk], "GW_A")[node.pk]
    assert [(sample.is_reachable, sample.milliseconds) for sample in samples] == [(True, 12.3), (False, None)]
    assert samples[0].at == NOW


def test_variables_of_the_action_status_are_read_and_those_of_other_events_left_alone() -> None:
    status = AmiMessage(["Event: Status", "Variable: va_direction=outbound", "Variable: va_room=(null)"])
    assert status.headers["ChanVariable"] == {"va_direction": "outbound", "va_room": ""}
    assert AmiMessage(["Event: VarSet", "Variable: x", "Value: a=b"]).headers["Variable"] == "x"
