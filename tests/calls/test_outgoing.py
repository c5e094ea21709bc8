"""Outgoing calls: who calls, by which route, what the carrier sees, and what is recorded."""

import pytest

from routing.models import CallerIdRule
from tests.calls.exchange import Exchange

NUMBER = "011987654321"
E164 = "5511987654321"


def test_a_registered_extension_reaches_the_carrier_with_its_password(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP")
    route = exchange.route("_0ZZ9XXXXXXXX", vivo)
    clinic = exchange.company("CLINICA", caller_id_number="551140001000")
    phone = exchange.phone(clinic, "1001")
    exchange.apply()
    exchange.register(phone)

    outcome = exchange.call(phone, NUMBER)

    assert outcome.answered
    assert vivo.numbers == [NUMBER]
    assert vivo.callers == ["551140001000"]
    record = exchange.record()
    assert record["accountcode"] == "CLINICA"
    assert record["va_customer"] == str(clinic.pk)
    assert record["va_direction"] == "outbound"
    assert record["va_route"] == str(route.pk)
    assert record["va_gateway"] == str(vivo.gateway.pk)
    assert (record["va_dialled"], record["va_attempt"]) == (E164, "1")
    assert (record["disposition"], record["va_dialstatus"]) == ("ANSWERED", "ANSWER")
    assert (record["va_cause"], record["va_sipcode"]) == ("16", "200")
    assert 0 <= int(record["va_pdd"]) < 1000


def test_the_address_of_a_trunk_customer_is_enough_to_call_out(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP")
    exchange.route("_X.", vivo)
    acme = exchange.trunk("ACME", caller_id_number="551130001000")
    exchange.apply()

    assert exchange.call(acme, NUMBER, caller="551130001055").answered
    assert vivo.numbers == [NUMBER]
    assert vivo.callers == ["551130001055"]
    record = exchange.record()
    assert (record["accountcode"], record["va_customer"]) == ("ACME", str(acme.customer.pk))


def test_a_trunk_caller_without_a_number_is_shown_with_its_customers(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP")
    exchange.route("_X.", vivo)
    acme = exchange.trunk("ACME", caller_id_number="551130001000")
    exchange.apply()

    exchange.call(acme, NUMBER, caller="anonymous")

    assert vivo.callers == ["551130001000"]


def test_route_and_gateway_strip_and_prepend_before_the_tech_prefix(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP", strip_digits=2, prepend="0021", tech_prefix="1234")
    exchange.route("_0ZZ9XXXXXXXX", vivo, strip_digits=1, prepend="55")
    acme = exchange.trunk("ACME")
    exchange.apply()

    exchange.call(acme, NUMBER)

    assert vivo.numbers == ["1234" + "0021" + "11987654321"]
    assert exchange.record()["va_dialled"] == E164


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        (CallerIdRule.KEEP, "1130001055"),
        (CallerIdRule.E164, "551130001055"),
        (CallerIdRule.E164_PLUS, "+551130001055"),
        (CallerIdRule.NATIONAL, "1130001055"),
        (CallerIdRule.FIXED, "551150000000"),
    ],
)
def test_a_carrier_is_shown_the_caller_by_its_rule(exchange: Exchange, rule: CallerIdRule, shown: str) -> None:
    vivo = exchange.carrier("GW_Vivo_SP", caller_id_rule=rule, caller_id_number="551150000000")
    exchange.route("_X.", vivo)
    acme = exchange.trunk("ACME")
    exchange.apply()

    exchange.call(acme, NUMBER, caller="1130001055")

    assert vivo.callers == [shown]


def test_a_routes_caller_id_replaces_the_callers(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP")
    exchange.route("_X.", vivo, caller_id_number="551150009999")
    acme = exchange.trunk("ACME")
    exchange.apply()

    exchange.call(acme, NUMBER, caller="551130001055")

    assert vivo.callers == ["551150009999"]


def test_a_route_for_some_customers_carries_no_other_customers_calls(exchange: Exchange) -> None:
    gold, common = exchange.carrier("GW_Gold"), exchange.carrier("GW_Common")
    acme, other = exchange.trunk("ACME"), exchange.trunk("OUTRO")
    exchange.route("_0.", gold, priority=10, customers=[acme.customer])
    exchange.route("_0.", common, priority=20)
    exchange.apply()

    assert exchange.call(acme, NUMBER).answered
    assert exchange.call(other, NUMBER).answered
    assert (gold.numbers, common.numbers) == ([NUMBER], [NUMBER])
