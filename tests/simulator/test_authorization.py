"""What the authorizer would say to a simulated call, beside what it says to a real one."""

from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from asterisk_sync.models import Node
from asterisk_sync.simulator.results import Authorization, CallRefusal, Outcome, Simulation
from billing.accounts.ledger import Movement, enter
from billing.authorization.calls.explanation import LeftOut
from billing.models import AccountKind, CreditHold, EntryKind, RefusedCall
from customers.models import Customer
from routing.models import GatewaySelection
from tests.calls.authorized import authorizer, terms, wait_for_refused_rows
from tests.calls.exchange import Carrier, Exchange
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.billing import BuyRateFactory, TariffFactory
from tests.factories.customers import CustomerFactory, TrunkAddressFactory
from tests.factories.routing import GatewayFactory, ProviderFactory, RouteFactory
from tests.factories.users import UserFactory
from tests.lab.sipp import Behaviour
from tests.simulator.calling import simulate_call
from voipadmin.users.roles import Role

pytestmark = pytest.mark.slow(seconds=1)

NUMBER, ABROAD = "011987654321", "0012125551234"
FAILS = Behaviour(503, ring_ms=0)


@pytest.fixture
def node(_english: None, db: None) -> Node:
    made: Node = NodeFactory.create(name="lab")
    return made


@pytest.fixture
def acme(node: Node) -> Customer:
    customer = CustomerFactory.create(code="ACME")
    TrunkAddressFactory.create(customer=customer)
    return customer


def gateway(name: str, price: str | None = None, *, prefix: str = "55", **fields: Any) -> Any:
    """A gateway whose provider has a deck of one line, or none and no price of its own."""
    provider = ProviderFactory.create(cost_per_minute=Decimal(0))
    if price is not None:
        BuyRateFactory.create(provider=provider, pattern=prefix, price_per_minute=Decimal(price), **fields)
    return GatewayFactory.create(name=name, provider=provider)


def by_cost(*gateways: Any) -> None:
    RouteFactory.create(name="Cheapest", pattern="_0.", gateways=list(gateways), selection=GatewaySelection.COST)
    TariffFactory.create(
        pattern="55", price_per_minute=Decimal("0.10"), cost_per_minute=None, initial_block_seconds=1,
        increment_seconds=1,
    )  # fmt: skip


def said(told: Simulation) -> Authorization:
    assert told.authorization is not None
    return told.authorization


def test_carriers_by_cost_are_in_the_order_of_the_expected_calls_cost(acme: Customer) -> None:
    by_cost(gateway("GW_Dear", "0.08"), gateway("GW_Cheap", "0.02"), gateway("GW_Middle", "0.05"))
    told = simulate_call(caller=acme, number=NUMBER)
    assert [(each.gateway, each.expected_cost) for each in told.attempts] == [
        ("GW_Cheap", Decimal("0.06")), ("GW_Middle", Decimal("0.15")), ("GW_Dear", Decimal("0.24")),
    ]  # fmt: skip
    assert (told.is_asked, said(told).allowed, said(told).expected_seconds) == (True, True, 180)
    assert (said(told).price, said(told).left_out) == (Decimal("0.30"), ())


def test_each_carrier_that_is_left_out_says_why(acme: Customer) -> None:
    by_cost(
        gateway("GW_Silent"),
        gateway("GW_Elsewhere", "0.01", prefix="54"),
        gateway("GW_Blocked", "0.01", is_blocked=True),
        gateway("GW_Losing", "0.50"),
        gateway("GW_Good", "0.05"),
    )
    told = simulate_call(caller=acme, number=NUMBER)
    assert [each.gateway for each in told.attempts] == ["GW_Good"]
    assert {each.gateway: (each.reason, each.expected_cost) for each in said(told).left_out} == {
        "GW_Silent": (LeftOut.NO_PRICE, None),
        "GW_Elsewhere": (LeftOut.NO_PRICE, None),
        "GW_Blocked": (LeftOut.BLOCKED, None),
        "GW_Losing": (LeftOut.LOSS, Decimal("1.5")),
    }


def test_a_call_that_no_carrier_is_left_for_is_refused_with_all_of_them(acme: Customer) -> None:
    by_cost(gateway("GW_Losing", "0.50"), gateway("GW_Blocked", "0.01", is_blocked=True))
    told = simulate_call(caller=acme, number=NUMBER)
    assert (told.outcome, told.refusal, told.cause, told.attempts) == (
        Outcome.REFUSED, CallRefusal.NOT_AUTHORIZED, 3, (),
    )  # fmt: skip
    assert (said(told).reason, len(said(told).left_out)) == ("loss", 2)
    terms(acme, allows_loss=True)
    assert [each.gateway for each in simulate_call(caller=acme, number=NUMBER).attempts] == ["GW_Losing"]


def test_a_route_in_order_loses_the_carrier_that_costs_too_much(acme: Customer) -> None:
    gateways = [gateway("GW_Losing", "0.50"), gateway("GW_Dear", "0.08"), gateway("GW_Cheap", "0.02")]
    RouteFactory.create(pattern="_0.", gateways=gateways)
    TariffFactory.create(pattern="55", price_per_minute=Decimal("0.10"))
    terms(acme, funds=10, kind=AccountKind.PREPAID)
    told = simulate_call(caller=acme, number=NUMBER)
    assert [each.gateway for each in told.attempts] == ["GW_Dear", "GW_Cheap"]
    assert [each.gateway for each in said(told).left_out] == ["GW_Losing"]


def test_the_money_says_how_long_the_call_may_last(acme: Customer) -> None:
    by_cost(gateway("GW_Good", "0.05"))
    held = terms(acme, funds=5, kind=AccountKind.PREPAID)
    told = said(simulate_call(caller=acme, number=NUMBER))
    assert (told.available, told.longest_seconds, told.first_seconds) == (Decimal(5), 3000, 60)
    CreditHold.objects.create(
        account=held, node_name="lab", uniqueid="1.1", number="5511", amount=Decimal("4.95"), granted_seconds=60,
        expires_at=held.created_at + timedelta(days=1),
    )  # fmt: skip
    told = said(simulate_call(caller=acme, number=NUMBER))
    assert (told.available, told.longest_seconds, told.first_seconds) == (Decimal("0.05"), 30, 30)


@pytest.mark.parametrize(
    ("fields", "reason", "cause"),
    [
        ({"kind": AccountKind.PREPAID}, "credit", 21),
        ({"daily_cap": Decimal(0)}, "cap", 21),
        ({"allowed_countries": ["US"]}, "country", 57),
        ({"currency": "USD"}, "currency", 3),
    ],
)
def test_a_refusal_names_its_reason_and_the_callers_cause(
    acme: Customer, fields: dict[str, Any], reason: str, cause: int
) -> None:
    by_cost(gateway("GW_Good", "0.05"))
    terms(acme, **fields)
    told = simulate_call(caller=acme, number=NUMBER)
    assert (said(told).allowed, said(told).reason, told.cause) == (False, reason, cause)
    assert not told.taken


def test_spent_money_counts_for_the_cap(acme: Customer) -> None:
    by_cost(gateway("GW_Good", "0.05"))
    found = terms(acme, hourly_cap=Decimal(10))
    enter(account=found, movement=Movement(kind=EntryKind.CALL, amount=Decimal("-9.80")))
    told = said(simulate_call(caller=acme, number=NUMBER))
    assert (told.cap_left, told.available, told.longest_seconds) == (Decimal("0.20"), None, 120)


def test_every_call_is_asked_about_but_those_to_emergency_lines(acme: Customer) -> None:
    RouteFactory.create(pattern="_X.", gateways=[gateway("GW_Good", "0.05")])
    told = simulate_call(caller=acme, number=NUMBER)
    assert (told.outcome, told.is_asked, said(told).reason, told.cause) == (Outcome.REFUSED, True, "no_rate", 3)
    told = simulate_call(caller=acme, number="190")
    assert (told.outcome, told.is_asked, told.authorization) == (Outcome.SENT, False, None)
    told = simulate_call(caller=acme, number=ABROAD)
    assert (told.outcome, told.is_asked, said(told).reason, told.cause) == (Outcome.REFUSED, True, "country", 57)


def test_nothing_is_set_aside(acme: Customer) -> None:
    by_cost(gateway("GW_Good", "0.05"))
    terms(acme, funds=5, kind=AccountKind.PREPAID)
    simulate_call(caller=acme, number=NUMBER)
    assert not CreditHold.objects.exists()
    assert not RefusedCall.objects.exists()


def test_the_page_shows_what_the_authorizer_would_say(acme: Customer) -> None:
    by_cost(gateway("GW_Dear", "0.08"), gateway("GW_Cheap", "0.02"), gateway("GW_Losing", "0.50"))
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(UserFactory.create(role=Role.VIEWER), backend="voipadmin.users.backends.RoleBackend")

    def page(number: str) -> str:
        question = {"direction": "out", "number": number, "seconds": "60", "customer": str(acme.pk)}
        return client.get(reverse("asterisk_sync:simulator"), question).content.decode()

    allowed = page(NUMBER)
    assert allowed.index(">GW_Cheap<") < allowed.index(">GW_Dear<")
    for text in ("Authorization", "Left until a cap", "Left out", "GW_Losing", "Costs more than the call brings"):
        assert text in allowed
    refused = page(ABROAD)
    assert "Country not allowed" in refused
    assert "The call ends with cause 57." in refused


def test_the_command_tells_what_the_authorizer_would_say(acme: Customer) -> None:
    by_cost(gateway("GW_Cheap", "0.02"), gateway("GW_Losing", "0.50"))
    terms(acme, funds=5, kind=AccountKind.PREPAID)
    output = StringIO()
    call_command("simulate_call", "--customer", "ACME", "--to", NUMBER, stdout=output)
    for line in (
        "authorizer: allowed, 3000 s at most, 5.000000 BRL available",
        "left out: GW_Losing, Costs more than the call brings",
        "0.060000 BRL for the expected call",
    ):
        assert line in output.getvalue()
    output = StringIO()
    with pytest.raises(SystemExit, match="2"):
        call_command("simulate_call", "--customer", "ACME", "--to", ABROAD, stdout=output)
    assert "authorizer: refused, Country not allowed US" in output.getvalue()


def _priced(exchange: Exchange, name: str, price: str, behaviour: Behaviour = FAILS) -> Carrier:
    found = exchange.carrier(name, behaviour)
    BuyRateFactory.create(provider=found.gateway.provider, pattern="55", price_per_minute=Decimal(price))
    return found


@pytest.mark.usefixtures("authorizer_address")
def test_the_real_authorizer_says_what_was_told(exchange: Exchange) -> None:
    carriers = [
        _priced(exchange, "GW_Dear", "0.08"), _priced(exchange, "GW_Losing", "0.50"),
        _priced(exchange, "GW_Cheap", "0.02"), _priced(exchange, "GW_Middle", "0.05"),
    ]  # fmt: skip
    exchange.route("_0.", *carriers, selection=GatewaySelection.COST)
    acme = exchange.trunk("ACME")
    TariffFactory.create(pattern="55", price_per_minute=Decimal("0.10"), cost_per_minute=None)
    terms(acme.customer, funds=5, kind=AccountKind.PREPAID)
    exchange.apply()
    told = simulate_call(caller=acme.customer, number=NUMBER)
    abroad = simulate_call(caller=acme.customer, number=ABROAD)

    with authorizer():
        exchange.call(acme, NUMBER)
        records = sorted(exchange.records(3), key=lambda record: int(record["va_attempt"]))
        assert exchange.call(acme, ABROAD).cause == abroad.cause == 57
        wait_for_refused_rows(1)

    assert [record["va_gateway"] for record in records] == [str(each.gateway_id) for each in told.attempts]
    assert [each.gateway for each in told.attempts] == ["GW_Cheap", "GW_Middle", "GW_Dear"]
    hold, refused = CreditHold.objects.get(), RefusedCall.objects.get()
    assert hold.granted_seconds == said(told).first_seconds
    assert (refused.reason, refused.detail) == (said(abroad).reason, said(abroad).detail)
