"""What would become of a call, asked of the database."""

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone, translation

from asterisk_sync.live.state import LiveChannel, LiveEndpoint, LiveState, publish
from asterisk_sync.models import Node
from asterisk_sync.simulator.checking import Agreement, check_now
from asterisk_sync.simulator.live_check import lookups
from asterisk_sync.simulator.results import CallRefusal, Outcome, RouteReason, Simulation
from asterisk_sync.simulator.services import UnanswerableError, simulate_with_context
from billing.models import Account
from customers.models import Customer, CustomerStatus, CustomerType
from numbering.models import DestinationType, DIDStatus
from routing.models import CallerIdRule, Route
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.billing import TariffFactory
from tests.factories.customers import CustomerFactory, ExtensionFactory, TrunkAddressFactory
from tests.factories.numbering import DIDAllocationFactory, DIDFactory
from tests.factories.routing import GatewayFactory, ProviderFactory, RouteFactory
from tests.simulator.calling import simulate_call

pytestmark = pytest.mark.django_db

NUMBER = "011987654321"
E164 = "5511987654321"


@pytest.fixture(autouse=True)
def node(_english: None) -> Node:
    made: Node = NodeFactory.create(name="lab")
    return made


@pytest.fixture
def acme() -> Customer:
    customer = CustomerFactory.create(code="ACME", channel_limit=7, calls_per_second=3)
    TrunkAddressFactory.create(customer=customer)
    return customer


@pytest.fixture
def clinic() -> Customer:
    return CustomerFactory.create(code="CLINICA", type=CustomerType.EXTENSION, caller_id_number="551140001000")


@pytest.fixture
def priced() -> None:
    """Tariffs for every number of Brazil: a call without a price is refused."""
    TariffFactory.create(pattern="55", cost_per_minute=None, price_per_minute=Decimal(1))


def reasons(simulation: Simulation) -> dict[str, RouteReason]:
    return {route.name: route.reason for route in simulation.routes}


@pytest.mark.usefixtures("priced")
def test_a_call_goes_out_by_the_route_that_fits_as_its_gateway_wants_it(acme: Customer) -> None:
    vivo = GatewayFactory.create(
        name="GW_Vivo", tech_prefix="1234#", strip_digits=1, prepend="55", caller_id_rule=CallerIdRule.E164_PLUS
    )
    route = RouteFactory.create(pattern="_0ZZ9XXXXXXXX", gateways=[vivo], ring_seconds=45)
    told = simulate_call(caller=acme, number=NUMBER, caller_id="1130001055")
    assert (told.outcome, told.normalised, told.context) == (Outcome.SENT, E164, "from-internal")
    (attempt,) = told.attempts
    assert (attempt.gateway, attempt.sent_number, attempt.caller) == ("GW_Vivo", "1234#5511987654321", "+551130001055")
    assert (attempt.route, attempt.ring_seconds, attempt.reachable) == (route.pk, 45, None)
    assert told.limits is not None
    assert (told.limits.channels, told.limits.calls_per_second, told.limits.channels_in_use) == (7, 3, None)


@pytest.mark.usefixtures("priced")
def test_every_route_says_why_it_is_taken_or_not(acme: Customer) -> None:
    gateway, off = GatewayFactory.create(), GatewayFactory.create(enabled=False)
    other = CustomerFactory.create()
    RouteFactory.create(name="first", pattern="_011.", priority=10, gateways=[gateway])
    RouteFactory.create(name="next", pattern="_0.", priority=20, gateways=[gateway])
    RouteFactory.create(name="elsewhere", pattern="_00.", priority=5, gateways=[gateway])
    RouteFactory.create(name="theirs", pattern="_0.", priority=5, gateways=[gateway], customers=[other])
    RouteFactory.create(name="off", pattern="_0.", priority=5, gateways=[gateway], enabled=False)
    RouteFactory.create(name="empty", pattern="_0.", priority=5, gateways=[off])
    told = simulate_call(caller=acme, number=NUMBER)
    assert reasons(told) == {
        "first": RouteReason.FIRST,
        "next": RouteReason.NEXT,
        "elsewhere": RouteReason.PATTERN,
        "theirs": RouteReason.OTHER_CUSTOMERS,
        "off": RouteReason.DISABLED,
        "empty": RouteReason.NO_GATEWAY,
    }
    assert [route.name for route in told.taken] == ["first", "next"]


@pytest.mark.usefixtures("priced")
def test_gateways_by_weight_show_their_chance(acme: Customer) -> None:
    first, second = GatewayFactory.create(), GatewayFactory.create()
    route = RouteFactory.create(pattern="_0.", gateways=[first, second], selection="weight")
    route.steps.filter(gateway=first).update(weight=300)
    told = simulate_call(caller=acme, number=NUMBER)
    assert [attempt.share for attempt in told.attempts] == [Decimal(75), Decimal(25)]


def test_price_cost_and_margin_are_those_of_the_time_of_the_call(acme: Customer) -> None:
    Account.objects.filter(customer=acme).update(allows_loss=True)
    cheap = GatewayFactory.create(name="GW_A", provider=ProviderFactory.create(cost_per_minute=Decimal("0.02")))
    dear = GatewayFactory.create(name="GW_B", provider=ProviderFactory.create(cost_per_minute=Decimal("0.20")))
    RouteFactory.create(pattern="_0.", gateways=[cheap, dear])
    now = timezone.now()
    past = {"effective_from": now - timedelta(days=9), "effective_until": now - timedelta(days=5)}
    TariffFactory.create(pattern="5511", cost_per_minute=None, price_per_minute=Decimal("0.10"), **past)
    tariff = TariffFactory.create(
        pattern="55119", cost_per_minute=None, price_per_minute=Decimal("0.12"), effective_from=now - timedelta(days=1)
    )
    told = simulate_call(caller=acme, number=NUMBER, duration=timedelta(seconds=30))
    assert told.bill.tariff is not None
    assert (told.bill.tariff.id, told.bill.price) == (tariff.pk, Decimal("0.0600"))
    assert [attempt.money.cost for attempt in told.attempts] == [Decimal("0.0100"), Decimal("0.1000")]
    assert [attempt.money.margin for attempt in told.attempts] == [Decimal("0.0500"), Decimal("-0.0400")]
    before = simulate_call(caller=acme, number=NUMBER, at=now - timedelta(days=7))
    assert before.bill.price == Decimal("0.1000")
    between = simulate_call(caller=acme, number=NUMBER, at=now - timedelta(days=3))
    assert (between.bill.tariff, between.bill.unrated_reason) == (None, "no_tariff")


@pytest.mark.parametrize(
    ("number", "refusal", "cause"),
    [
        ("abc", CallRefusal.NOT_A_NUMBER, 28),
        ("011a8", CallRefusal.NOT_A_NUMBER, 28),
        ("190", CallRefusal.NO_ROUTE, 3),
    ],
)
def test_what_cannot_be_dialled_is_refused_as_asterisk_does(
    acme: Customer, number: str, refusal: CallRefusal, cause: int | None
) -> None:
    RouteFactory.create(pattern="_0.", gateways=[GatewayFactory.create()])
    told = simulate_call(caller=acme, number=number)
    assert (told.refusal, told.cause, told.attempts) == (refusal, cause, ())
    assert told.is_emergency == (number == "190")


def test_a_customer_that_may_not_call_is_told_why(acme: Customer) -> None:
    RouteFactory.create(pattern="_0.", gateways=[GatewayFactory.create()])
    for status, refusal in (
        (CustomerStatus.SUSPENDED, CallRefusal.SUSPENDED),
        (CustomerStatus.CLOSED, CallRefusal.CLOSED),
    ):
        acme.status = status
        acme.save()
        assert simulate_call(caller=acme, number=NUMBER).refusal == refusal
    assert simulate_call(caller=CustomerFactory.create(), number=NUMBER).refusal == CallRefusal.NO_ADDRESS


@pytest.mark.usefixtures("priced")
def test_colleagues_ring_and_forwards_go_out_as_the_callers_call(clinic: Customer) -> None:
    desk = ExtensionFactory.create(customer=clinic, number="1001")
    ExtensionFactory.create(customer=clinic, number="1002", forward_to=NUMBER)
    ExtensionFactory.create(customer=clinic, number="1003", enabled=False)
    RouteFactory.create(pattern="_0.", gateways=[GatewayFactory.create()])
    called = simulate_call(caller="CLINICA/1001", number="1001")
    assert (called.outcome, called.direction, called.targets) == (Outcome.RINGS, "internal", ("1001",))
    forwarded = simulate_call(caller=desk, number="1002")
    assert (forwarded.outcome, forwarded.number, forwarded.caller) == (Outcome.SENT, NUMBER, "551140001000")
    assert [step.hop for step in forwarded.steps] == ["enters", "colleague", "forward"]
    assert simulate_call(caller=desk, number="1003").refusal == CallRefusal.TELEPHONE_DISABLED
    assert simulate_call(caller="CLINICA/1003", number="1001").refusal == CallRefusal.CALLER_DISABLED


def test_a_circle_of_forwards_ends(clinic: Customer) -> None:
    for number, to in (("1001", "1002"), ("1002", "1003"), ("1003", "1001")):
        ExtensionFactory.create(customer=clinic, number=number, forward_to=to)
    told = simulate_call(caller=clinic, number="1001")
    assert (told.refusal, told.cause) == (CallRefusal.CIRCLE, 25)


def test_an_incoming_call_is_read_in_its_gateways_format(acme: Customer, clinic: Customer) -> None:
    gateway = GatewayFactory.create(name="GW_In", number_format="national")
    other = GatewayFactory.create(name="GW_Other")
    did = DIDFactory.create(
        number="551140001000", status=DIDStatus.ALLOCATED, gateway=gateway, provider=gateway.provider
    )
    DIDAllocationFactory.create(did=did, customer=acme, destination_type=DestinationType.TRUNK)
    told = simulate_call(caller=gateway, number="1140001000", caller_id="551199999999")
    assert (told.outcome, told.normalised, told.customer) == (Outcome.DELIVERED, "551140001000", "ACME")
    assert simulate_call(caller=gateway, number="1149999999").refusal == CallRefusal.UNKNOWN_NUMBER
    assert simulate_call(caller=other, number="551140001000").refusal == CallRefusal.OTHER_GATEWAY


@pytest.mark.usefixtures("priced")
def test_what_the_node_tells_is_shown(node: Node, acme: Customer) -> None:
    RouteFactory.create(
        pattern="_0.", gateways=[GatewayFactory.create(name="GW_A"), GatewayFactory.create(name="GW_B")]
    )
    channel = LiveChannel("PJSIP/x", "1", "Up", "", "", "", "", "", "ACME", 3)
    endpoints = (LiveEndpoint("GW_A", "Not in use", 2), LiveEndpoint("GW_B", "Unavailable", 0))
    publish(LiveState(node.pk, timezone.now(), channels=(channel,), endpoints=endpoints))
    told = simulate_call(caller=acme, number=NUMBER)
    assert [(attempt.reachable, attempt.channels_in_use) for attempt in told.attempts] == [(True, 2), (False, 0)]
    assert told.limits is not None
    assert told.limits.channels_in_use == 1


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ({"number": ""}, "number"),
        ({"number": "0" * 41}, "number"),
        ({"number": "0 1"}, "number"),
        ({"number": "0\r\nAction: Logoff"}, "number"),
        ({"caller_id": "é"}, "caller_id"),
        ({"caller": "NOBODY"}, "customer"),
        ({"caller": "ACME/1001"}, "extension"),
        ({"duration": timedelta(days=2)}, "duration"),
    ],
)
def test_a_question_without_an_answer_says_which_part_is_wrong(
    acme: Customer, question: dict[str, Any], field: str
) -> None:
    with pytest.raises(UnanswerableError) as refused:
        simulate_call(**{"caller": "ACME", "number": NUMBER, **question})
    assert refused.value.field == field


def test_without_a_node_there_is_nothing_to_simulate(node: Node, acme: Customer) -> None:
    Node.objects.all().delete()
    with pytest.raises(UnanswerableError) as refused:
        simulate_call(caller=acme, number=NUMBER)
    assert refused.value.field == "node"


@pytest.mark.usefixtures("priced")
def test_a_simulation_can_be_written_as_json(acme: Customer) -> None:
    RouteFactory.create(pattern="_0.", gateways=[GatewayFactory.create()])
    written = json.loads(json.dumps(asdict(simulate_call(caller="acme", number=NUMBER)), default=str))
    assert (written["outcome"], written["attempts"][0]["sent_number"]) == ("sent", NUMBER)


@pytest.fixture
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def test_nothing_is_written(acme: Customer) -> None:
    before = Route.objects.count(), Node.objects.get().desired_generation
    simulate_call(caller=acme, number=NUMBER)
    assert (Route.objects.count(), Node.objects.get().desired_generation) == before


def test_a_customer_that_asterisk_does_not_know_has_nothing_to_compare(node: Node, acme: Customer) -> None:
    acme.status = CustomerStatus.CLOSED
    acme.save()
    call_context, told = simulate_with_context(caller=acme, number=NUMBER, caller_id="", at=None, node=node)
    assert check_now(node, lookups(call_context, told)).agreement == Agreement.NOTHING


def test_what_cannot_be_rendered_is_not_compared(node: Node, acme: Customer) -> None:
    RouteFactory.create(pattern="_0.", gateways=[GatewayFactory.create(name="GW_A")])
    call_context, told = simulate_with_context(caller=acme, number=NUMBER, caller_id="", at=None, node=node)
    bad = replace(call_context.snapshot.gateways[0], tech_prefix="${SHELL(id)}")
    assert lookups(replace(call_context, snapshot=replace(call_context.snapshot, gateways=(bad,))), told) == ()
