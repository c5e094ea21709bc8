"""Calls between extensions: inside a customer by number, across customers not at all."""

from tests.calls.exchange import Exchange
from tests.lab.sipp import Behaviour


def test_an_extension_calls_a_colleague_by_number(exchange: Exchange) -> None:
    clinic = exchange.company("CLINICA")
    caller = exchange.phone(clinic, "1001", caller_id_name="Ana", caller_id_number="551140001001")
    called = exchange.phone(clinic, "1002")
    exchange.apply()
    exchange.register(called)

    outcome = exchange.call(caller, "1002")

    assert outcome.answered
    assert called.callers == ["1001"]
    assert called.party.trace().invites()[0].header("From").startswith('"Ana"')
    record = exchange.record()
    assert (record["va_direction"], record["va_dialled"]) == ("internal", "1002")
    assert (record["va_customer"], record["va_gateway"], record["va_route"]) == (str(clinic.pk), "", "")
    assert (record["va_dialstatus"], record["va_attempt"]) == ("ANSWER", "1")


def test_the_same_number_at_two_customers_is_each_ones_own(exchange: Exchange) -> None:
    clinic, bakery = exchange.company("CLINICA"), exchange.company("PADARIA")
    caller = exchange.phone(clinic, "1001")
    own, other = exchange.phone(clinic, "1002"), exchange.phone(bakery, "1002")
    exchange.apply()
    exchange.register(own)
    exchange.register(other)

    assert exchange.call(caller, "1002").answered
    assert (own.callers, other.callers) == (["1001"], [])


def test_another_customers_extension_cannot_be_reached_by_number(exchange: Exchange) -> None:
    clinic, bakery = exchange.company("CLINICA"), exchange.company("PADARIA")
    caller, other = exchange.phone(clinic, "1001"), exchange.phone(bakery, "2002")
    exchange.apply()
    exchange.register(other)

    outcome = exchange.call(caller, "2002")
    by_user_name = exchange.call(caller, other.extension.sip_username)

    # Neither is a number of the plan.
    assert (outcome.cause, by_user_name.cause) == (28, 28)
    assert other.callers == []


def test_a_busy_colleague_is_busy_and_no_route_is_tried(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP")
    exchange.route("_X.", vivo)
    clinic = exchange.company("CLINICA")
    caller, called = exchange.phone(clinic, "1001"), exchange.phone(clinic, "1002", Behaviour(486, ring_ms=0))
    exchange.apply()
    exchange.register(called)

    outcome = exchange.call(caller, "1002")

    assert (outcome.final_status, outcome.cause) == (486, 17)
    assert vivo.numbers == []
    assert exchange.record()["va_dialstatus"] == "BUSY"


def test_a_disabled_colleague_is_absent_and_no_route_is_tried(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP")
    exchange.route("_X.", vivo)
    clinic = exchange.company("CLINICA")
    caller = exchange.phone(clinic, "1001")
    exchange.phone(clinic, "1002", enabled=False)
    exchange.apply()

    outcome = exchange.call(caller, "1002")

    assert (outcome.final_status, outcome.cause) == (480, 20)
    assert vivo.numbers == []
    assert exchange.record()["va_cause"] == "20"


def test_a_forwarded_colleague_is_reached_outside(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP")
    exchange.route("_0ZZ9XXXXXXXX", vivo)
    clinic = exchange.company("CLINICA", caller_id_number="551140001000")
    caller = exchange.phone(clinic, "1001")
    exchange.phone(clinic, "1002", forward_to="021988887777")
    exchange.apply()

    assert exchange.call(caller, "1002").answered
    assert vivo.numbers == ["021988887777"]
    assert exchange.record()["va_direction"] == "outbound"
