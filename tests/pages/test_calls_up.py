"""The page and the API of the calls up now: who sees which, what is asked before calls end, and what is polled."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from asterisk_sync.calls_up.loads import forget_limits, loads_of
from asterisk_sync.calls_up.queries import CallScope
from asterisk_sync.live.calls import CallState, CallUp
from asterisk_sync.live.calls_store import NodeCalls, publish_calls
from asterisk_sync.live.hangups import HangupServer, told_results
from asterisk_sync.live.history import Sample
from asterisk_sync.live.state import LiveChannel
from asterisk_sync.live.trip_line import trip_line
from asterisk_sync.models import Node
from reports.burn.queries import burn_report
from reports.dashboard.dashboard_stats import day_start
from reports.models import TrafficHour
from reports.rollups.hours import hour_of
from tests.api.client import ApiClient
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.customers import CustomerFactory
from tests.factories.routing import GatewayFactory
from tests.factories.users import UserFactory
from voipadmin.core.polling import parts
from voipadmin.core.runtime.redis_client import redis_client
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db
PAGE = "/live/calls/"


@pytest.fixture(autouse=True)
def _fresh() -> None:
    cache.clear()
    parts.forget_drawings()
    forget_limits()


def a_call(number: int, **fields: Any) -> CallUp:
    values: dict[str, Any] = {
        "direction": "outbound", "caller": f"10{number:02}", "called": "5511987654321", "codec": "alaw",
        "answered_at": timezone.now() - timedelta(seconds=30), "price": Decimal("1.5000"), "currency": "BRL",
        "cost": Decimal("0.5000"), "cost_currency": "BRL", "margin": Decimal("1.0000"), "held": Decimal(4), **fields,
    }  # fmt: skip
    key = f"lab-1700000000.{number}"
    values.setdefault("state", CallState.UP)
    return CallUp(key, f"PJSIP/x-{number}", key, timezone.now() - timedelta(seconds=40), **values)


def tell(node: Node, *calls: CallUp, ago: int = -600) -> None:
    # Told in some minutes: on a slow machine the node would be silent before the page is there.
    publish_calls(NodeCalls(node.pk, node.name, timezone.now() - timedelta(seconds=ago), calls))
    forget()


def forget() -> None:
    parts.forget_drawings()
    for key in redis_client().scan_iter("polling:*"):
        redis_client().delete(key)


def of(customer: Any, gateway: Any = None) -> dict[str, str]:
    via = {"gateway_id": str(gateway.pk), "gateway": gateway.name} if gateway else {}
    return {"customer_id": str(customer.pk), "customer": customer.code, **via}


def client_of(role: Role, *customers: Any) -> Client:
    user = UserFactory.create(role=role)
    for customer in customers:
        customer.users.add(user)
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(user, backend="voipadmin.users.backends.RoleBackend")
    return client


def text_of(response: Any) -> str:
    return str(response.content.decode())


def test_what_a_ringing_call_has_set_aside_has_its_currency_and_counts() -> None:
    rings = a_call(1, state=CallState.RINGING, price=None, cost=None, margin=None, held=Decimal("0.19"))
    tell(NodeFactory.create(), rings)
    text = text_of(client_of(Role.OPERATOR).get(PAGE))
    assert "R$\u00a00.19 held" in text
    assert 'data-label="Held">R$\u00a00.19</td>' in text


def test_the_page_shows_calls_with_money_and_sums_and_narrows_them() -> None:
    node, gateway = NodeFactory.create(), GatewayFactory.create(channel_limit=2)
    acme, other = CustomerFactory.create_batch(2)
    tell(node, a_call(1, **of(acme, gateway)), a_call(2, **of(other)))
    client = client_of(Role.OPERATOR)
    text = text_of(client.get(PAGE))
    assert text.count('<tr id="call-') == 2
    assert '<div class="tile-value">R$\u00a03.00' in text
    assert gateway.name in text
    assert "1 of 2 channels" in text
    narrowed = text_of(client.get(PAGE, {"customer": acme.code, "number": "(11) 98765"}))
    assert narrowed.count('<tr id="call-') == 1
    assert f"call-{node.pk}-lab-1700000000.1" in narrowed
    assert "Nothing matches" in text_of(client.get(PAGE, {"gateway": "NOBODY"}))


@pytest.mark.parametrize(
    "query", [{"state": "purple"}, {"order": "colour"}, {"page": "-1"}, {"page": "9" * 30}, {"number": "abc"}]
)
def test_senseless_filters_are_said_and_the_list_is_shown(query: dict[str, str]) -> None:
    node = NodeFactory.create()
    tell(node, a_call(1))
    response = client_of(Role.VIEWER).get(PAGE, query)
    assert response.status_code == 200
    assert "tone-bad" in text_of(response)
    assert text_of(response).count('<tr id="call-') == 1


def test_people_of_a_customer_see_their_own_calls_without_cost_margin_and_gateway() -> None:
    node, gateway = NodeFactory.create(), GatewayFactory.create(name="GW_SECRET")
    own, foreign = CustomerFactory.create_batch(2)
    tell(node, a_call(1, **of(own, gateway)), a_call(2, **of(foreign, gateway)), a_call(3))
    client = client_of(Role.CUSTOMER, own)
    text = text_of(client.get(PAGE))
    assert text.count('<tr id="call-') == 1
    assert "1.5" in text
    for hidden in ("GW_SECRET", "Margin", foreign.code, "End ticked", "0.50"):
        assert hidden not in text, hidden
    answer = ApiClient(own.users.get()).get("/live/calls").json()
    assert [call["caller"] for call in answer["calls"]] == ["1001"]
    assert answer["calls"][0]["margin"] is answer["calls"][0]["cost"] is answer["money"][0]["margin"] is None
    assert answer["calls"][0]["gateway"] == answer["calls"][0]["gateway_id"] == ""


def test_a_silent_node_is_named_with_since_when() -> None:
    node, unheard = NodeFactory.create_batch(2)
    tell(node, a_call(1), ago=90)
    text = text_of(client_of(Role.ADMIN).get(PAGE))
    assert "has told nothing since" in text
    assert f"Nothing is known of the calls of node {unheard.name}" in text
    assert text.count('<tr id="call-') == 1


def test_thousands_of_calls_come_in_pages_with_the_sums_of_all() -> None:
    node = NodeFactory.create()
    tell(node, *(a_call(number) for number in range(2_345)))
    client = client_of(Role.ADMIN)
    text = text_of(client.get(PAGE, {"page": "47"}))
    assert text.count('<tr id="call-') == 45
    assert "3,517.50" in text
    assert "47 / 47" in text
    assert text_of(client.get(PAGE, {"page": "99"})).count('<tr id="call-') == 45


class Manager:
    """A manager connection that ends whatever it is asked to."""

    def request(self, _action: str, **_fields: str) -> None:
        return None


def served(node: Node, *numbers: int) -> None:
    """Have the node's worker end these calls."""
    channels = tuple(
        LiveChannel(f"PJSIP/x-{number}", "l", "Up", "", "", "", "", "", "", 1, uniqueid=f"lab-1700000000.{number}")
        for number in numbers
    )
    HangupServer(node.pk, Manager()).serve(channels, 0.3)  # type: ignore[arg-type]


@pytest.mark.slow(seconds=0.3)
def test_ending_a_call_is_asked_entered_and_its_result_shown() -> None:
    node, acme = NodeFactory.create(), CustomerFactory.create()
    tell(node, a_call(1, **of(acme)), a_call(2))
    client, key = client_of(Role.OPERATOR), f"{node.pk} lab-1700000000.1"
    question = text_of(client.post("/live/calls/hang-up/", {"call": [key, f"{node.pk} gone"]}))
    assert "1 call is ended." in question
    assert "1 call that was ticked is over already." in question
    assert not LogEntry.objects.filter(additional_data__event="hang_up").exists()
    answer = client.post("/live/calls/hang-up/", {"call": key, "confirmed": "1"})
    served(node, 1)
    text = text_of(client.get(answer["Location"]))
    assert "Ended" in text
    assert "hx-trigger" not in re.findall(r'<section[^>]*id="hangup-results"[^>]*>', text)[0]
    entry = LogEntry.objects.get(additional_data__event="hang_up")
    assert (entry.object_pk, "1001 → 5511987654321" in str(entry.changes)) == (str(acme.pk), True)
    assert told_results(answer["Location"].rstrip("/").rpartition("/")[2]) is not None


def test_many_calls_are_ended_only_by_who_types_how_many() -> None:
    node = NodeFactory.create()
    tell(node, *(a_call(number) for number in range(6)))
    client = client_of(Role.ADMIN)
    keys = [f"{node.pk} lab-1700000000.{number}" for number in range(6)]
    assert "Type 6" in text_of(client.post("/live/calls/hang-up/", {"call": keys}))
    assert client.post("/live/calls/hang-up/", {"call": keys, "confirmed": "6", "typed": "5"}).status_code == 200
    assert not LogEntry.objects.filter(additional_data__event="hang_up").exists()
    assert client.post("/live/calls/hang-up/", {"call": keys, "confirmed": "6", "typed": "6"}).status_code == 302


def test_a_call_that_ended_meanwhile_is_said_to_be_over() -> None:
    node = NodeFactory.create()
    tell(node)
    answer = client_of(Role.ADMIN).post("/live/calls/hang-up/", {"call": f"{node.pk} lab-1.1"}, follow=True)
    assert "These calls are over already." in text_of(answer)


@pytest.mark.slow(seconds=0.3)
def test_the_api_lists_and_ends_calls_for_those_who_may() -> None:
    node, acme, gateway = NodeFactory.create(), CustomerFactory.create(), GatewayFactory.create()
    tell(node, a_call(1, **of(acme, gateway)), a_call(2))
    operator, viewer = (ApiClient(UserFactory.create(role=role)) for role in (Role.OPERATOR, Role.VIEWER))
    answer = viewer.get(f"/live/calls?customer={acme.code}").json()
    assert answer["total"] == answer["up"] == 1
    call = answer["calls"][0]
    assert (call["gateway"], call["margin"], call["state"]) == (gateway.name, "1.0000", "up")
    assert answer["money"] == [
        {"currency": "BRL", "price": "1.5000", "cost": "0.5000", "margin": "1.0000", "held": "4"}
    ]
    assert viewer.get("/live/calls?state=purple").status_code == 422
    assert viewer.get("/live/calls?colour=red").status_code == 422
    body = {"calls": [call["call"], f"{node.pk} gone"]}
    assert viewer.post("/live/calls/hang-up", body).status_code == 403
    asked = operator.post("/live/calls/hang-up", body)
    assert (asked.status_code, asked.json()["over"]) == (202, [f"{node.pk} gone"])
    served(node, 1)
    told = operator.get(f"/live/calls/hang-up?id={asked.json()['id']}").json()
    assert [outcome["result"] for outcome in told["outcomes"]] == ["ended"]
    assert operator.get(f"/live/calls/hang-up?id={'0' * 32}").status_code == 404
    assert operator.post("/live/calls/hang-up", {"calls": [f"{node.pk} gone"]}).json()["code"] == "nothing_to_hang_up"


def test_without_redis_the_page_says_that_nothing_is_known() -> None:
    node = NodeFactory.create()
    client = client_of(Role.ADMIN)
    nowhere = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1"}}
    with override_settings(CACHES=nowhere):
        text = text_of(client.get(reverse("asterisk_sync:calls_up")))
    assert f"Nothing is known of the calls of node {node.name}" in text


def test_spend_burns_from_the_roll_ups_and_the_calls_up() -> None:
    node = NodeFactory.create()
    acme, other = CustomerFactory.create_batch(2)
    now = timezone.now()
    counted: dict[str, Any] = {"direction": "outbound",
               "from_abroad": False, "records": 1, "calls": 1, "answered_calls": 1,
               "attempts": 1, "answered": 1, "effective": 1, "short": 0, "unrated": 0, "losses": 0, "talk_seconds": 60,
               "billed_seconds": 60, "cost": 1, "price_with_margin": 1, "lost": 0, "currency": "BRL"}  # fmt: skip
    for hour, price in ((hour_of(now), 3), (day_start(now), 4), (day_start(now) - timedelta(hours=1), 100)):
        TrafficHour.objects.create(hour=hour, customer_id=acme.pk, price=str(price), margin=str(price - 1), **counted)
    tell(node, a_call(1, **of(acme)), a_call(2, **of(other)), a_call(3, state=CallState.RINGING, price=None))
    [total] = burn_report(CallScope(), now).totals
    assert (total.spent, total.up, total.calls_up, total.hour >= 3) == (Decimal(10), Decimal(3), 2, True)
    assert total.margin == Decimal(2 + 3 + 2)
    first, second = burn_report(CallScope(), now).customers
    assert (first.code, first.spent, second.code, second.spent) == (
        acme.code,
        Decimal("8.5"),
        other.code,
        Decimal("1.5"),
    )
    assert total.per_minute == Decimal("3.0")
    client = client_of(Role.CUSTOMER, other)
    poll = client.get("/live/burn/").json()["poll"]
    text = text_of(client.get(poll))
    assert other.code in text
    assert acme.code not in text
    assert "Margin" not in text


def test_what_uses_up_its_limit_is_told_by_colour() -> None:
    gateway, customer = GatewayFactory.create(channel_limit=2), CustomerFactory.create(channel_limit=10)
    node = NodeFactory.create()
    calls = tuple(a_call(number, **of(customer, gateway)) for number in range(2))
    loads = loads_of([NodeCalls(node.pk, node.name, timezone.now(), calls)], timezone.now())
    [full], [little] = loads.gateways, loads.customers
    assert (full.percent, full.tone, little.percent, little.tone) == (100, "bad", 20, "ok")
    assert loads.nodes[0].calls == 2
    old = NodeCalls(node.pk, node.name, timezone.now() - timedelta(minutes=1), calls)
    assert loads_of([old], timezone.now()).gateways == ()


def test_the_day_of_an_endpoint_is_a_line_with_gaps() -> None:
    now = timezone.now()
    samples = [
        Sample(now - timedelta(hours=30), is_reachable=True, milliseconds=900),
        Sample(now - timedelta(hours=10), is_reachable=True, milliseconds=20),
        Sample(now - timedelta(hours=9), is_reachable=True, milliseconds=40),
        Sample(now - timedelta(hours=8), is_reachable=False),
        Sample(now - timedelta(hours=6), is_reachable=True, milliseconds=30),
    ]
    line = trip_line(samples, now)
    assert line is not None
    assert (line.shortest, line.longest, round(line.reachable_percent)) == (20, 40, 80)
    assert (len(line.lines), len(line.away), round(line.away[0].width)) == (1, 1, 20)
    assert trip_line(samples[:1], now) is None
