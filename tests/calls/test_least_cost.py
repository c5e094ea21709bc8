"""The cheaper carrier first, through a real Asterisk and the real service."""

from decimal import Decimal
from typing import Any

import pytest

from customers.models import Customer
from routing.models import GatewaySelection
from tests.calls.authorized import authorizer, prepaid
from tests.calls.exchange import Carrier, Exchange
from tests.factories.billing import BuyRateFactory, TariffFactory
from tests.lab.sipp import ANSWERS, Behaviour

pytestmark = pytest.mark.usefixtures("authorizer_address")

NUMBER, E164 = "011987654321", "5511987654321"
FAILS = Behaviour(503, ring_ms=0)


def carrier(exchange: Exchange, name: str, price: str, behaviour: Behaviour = ANSWERS, prefix: str = "55") -> Carrier:
    """A carrier with a deck of one line."""
    found = exchange.carrier(name, behaviour)
    BuyRateFactory.create(provider=found.gateway.provider, pattern=prefix, price_per_minute=Decimal(price))
    return found


def pays_before(customer: Customer) -> None:
    """Make its calls be asked about, with money for them."""
    prepaid(customer, 100)
    TariffFactory.create(pattern="55", price_per_minute=Decimal("0.10"), cost_per_minute=None)


def tried(exchange: Exchange, *carriers: Carrier) -> list[str]:
    """Return the names of the gateways in the order in which a call was sent to them."""
    names = {str(each.gateway.pk): each.gateway.name for each in carriers}
    records = sorted(exchange.records(len(carriers)), key=lambda record: int(record["va_attempt"]))
    return [names[record["va_gateway"]] for record in records]


def test_the_cheaper_carrier_is_taken_and_on_its_failure_the_next(exchange: Exchange) -> None:
    dear = carrier(exchange, "GW_Dear", "0.08")
    middle = carrier(exchange, "GW_Middle", "0.05", FAILS)
    cheap = carrier(exchange, "GW_Cheap", "0.02", FAILS)
    exchange.route("_0X.", dear, middle, cheap, selection=GatewaySelection.COST)
    acme = exchange.trunk("ACME")
    pays_before(acme.customer)
    exchange.apply()
    with authorizer():
        exchange.call(acme, NUMBER)
        assert tried(exchange, dear, middle, cheap) == ["GW_Cheap", "GW_Middle", "GW_Dear"]


def test_each_is_priced_by_its_own_longest_prefix_and_one_that_names_no_price_is_out(exchange: Exchange) -> None:
    elsewhere = carrier(exchange, "GW_Elsewhere", "0.001", prefix="54")
    special = carrier(exchange, "GW_Special", "0.09")
    BuyRateFactory.create(provider=special.gateway.provider, pattern="55119", price_per_minute=Decimal("0.01"))
    flat = carrier(exchange, "GW_Flat", "0.02", FAILS)
    exchange.route("_0X.", elsewhere, flat, special, selection=GatewaySelection.COST)
    acme = exchange.trunk("ACME")
    pays_before(acme.customer)
    exchange.apply()
    with authorizer():
        exchange.call(acme, NUMBER)
        assert [len(each.numbers) for each in (special, flat, elsewhere)] == [1, 0, 0]


def test_a_carrier_that_costs_more_than_the_call_brings_is_left_out_of_a_route_in_order(exchange: Exchange) -> None:
    losing = carrier(exchange, "GW_Losing", "0.50")
    good = carrier(exchange, "GW_Good", "0.05")
    exchange.route("_0X.", losing, good)
    acme = exchange.trunk("ACME")
    pays_before(acme.customer)
    exchange.apply()
    with authorizer():
        exchange.call(acme, NUMBER)
        assert [len(each.numbers) for each in (losing, good)] == [0, 1]


def test_while_nobody_can_be_asked_the_routes_own_order_holds(exchange: Exchange, settings: Any) -> None:
    settings.AUTHORIZER_DOWN_POSTPAID = True
    first = carrier(exchange, "GW_First", "0.08")
    second = carrier(exchange, "GW_Second", "0.02")
    exchange.route("_0X.", first, second, selection=GatewaySelection.COST)
    acme = exchange.trunk("ACME")
    exchange.apply()
    exchange.call(acme, NUMBER)
    assert [len(each.numbers) for each in (first, second)] == [1, 0]
