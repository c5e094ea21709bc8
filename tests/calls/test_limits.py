"""Limits that hold: channels of customers and gateways, and new calls per second."""

from numbering.models import DestinationType
from tests.calls.exchange import Exchange
from tests.lab.sipp import Behaviour

NUMBER = "011987654321"
DID = "551140001000"


def test_a_customer_has_no_more_calls_at_once_than_its_limit(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP")
    exchange.route("_0.", vivo)
    acme = exchange.trunk("ACME", channel_limit=3, calls_per_second=100)
    exchange.apply()

    outcome = exchange.call(acme, NUMBER, count=8, rate=80, hold_ms=2000)

    assert len(vivo.numbers) == 3
    assert outcome.trace.statuses().count(503) == 5
    refused = [record for record in exchange.records(8) if record["va_cause"] == "42"]
    assert len(refused) == 5
    assert {record["va_customer"] for record in refused} == {str(acme.customer.pk)}


def test_incoming_and_outgoing_calls_share_a_customers_limit(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP", Behaviour(hangs_up_after_ms=3000))
    exchange.route("_0.", vivo)
    acme = exchange.trunk("ACME", channel_limit=1)
    exchange.number(DID, acme.customer, DestinationType.TRUNK)
    exchange.apply()

    with exchange.calling(acme, NUMBER, waits_for_bye=True, hold_ms=10_000):
        exchange.asterisk.wait_for("core show channels count", "1 active call")
        assert exchange.call(vivo, DID).cause == 17


def test_a_gateway_carries_no_more_calls_at_once_than_its_limit(exchange: Exchange) -> None:
    small, large = exchange.carrier("GW_Small", channel_limit=2), exchange.carrier("GW_Large")
    exchange.route("_0.", small, large)
    acme = exchange.trunk("ACME", channel_limit=100, calls_per_second=100)
    exchange.apply()

    exchange.call(acme, NUMBER, count=6, rate=60, hold_ms=2000)

    assert (len(small.numbers), len(large.numbers)) == (2, 4)


def test_a_full_gateway_without_another_is_congestion_with_a_record(exchange: Exchange) -> None:
    small = exchange.carrier("GW_Small", channel_limit=1)
    exchange.route("_0.", small)
    acme = exchange.trunk("ACME", channel_limit=100, calls_per_second=100)
    exchange.apply()

    outcome = exchange.call(acme, NUMBER, count=2, rate=60, hold_ms=1000)

    assert outcome.trace.statuses().count(503) == 1
    causes = sorted(record["va_cause"] for record in exchange.records(2))
    assert causes == ["16", "34"]


def test_incoming_calls_count_for_the_gateways_limit(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP", channel_limit=2)
    acme = exchange.trunk("ACME", channel_limit=100)
    exchange.number(DID, acme.customer, DestinationType.TRUNK)
    exchange.apply()

    exchange.call(vivo, DID, count=5, rate=50, hold_ms=2000)

    assert len(acme.numbers) == 2


def test_a_customer_starts_no_more_calls_in_a_second_than_its_limit(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP")
    exchange.route("_0.", vivo)
    acme = exchange.trunk("ACME", channel_limit=1000, calls_per_second=5)
    exchange.apply()

    exchange.call(acme, NUMBER, count=40, rate=100, hold_ms=100)

    # 40 calls in 0.4 s touch at most two seconds of the clock.
    assert 5 <= len(vivo.numbers) <= 10
    assert {record["va_cause"] for record in exchange.records(40)} == {"16", "42"}
