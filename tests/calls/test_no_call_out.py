"""Who and what gets no call out: strangers, wrong passwords, disabled customers, numbers that are none."""

import pytest

from customers.models import CustomerStatus
from tests.calls.exchange import Exchange
from tests.lab.sipp import Credentials

NUMBER = "011987654321"


# SIP lets a caller write any character as %XX, and Asterisk reads it back before the dialplan sees it.
@pytest.mark.parametrize(
    "number",
    [
        "500&PJSIP/GW_Vivo_SP/1900",
        "500%26PJSIP%2FGW_Vivo_SP%2F1900",
        "0119;x=1",
        "0119,60,G(x)",
        "5511)%7D,1)&",
        "55%24%7BEXTEN%7D",
        "55%24%5B1+1%5D",
        "55%22%5D%3Fva-gateway-GW_Vivo_SP,s,1",
    ],
)
def test_a_number_that_is_no_number_goes_nowhere(exchange: Exchange, number: str) -> None:
    vivo = exchange.carrier("GW_Vivo_SP")
    exchange.route("_X.", vivo)
    acme = exchange.trunk("ACME")
    exchange.apply()

    outcome = exchange.call(acme, number)

    assert not outcome.answered
    assert vivo.numbers == []


def test_an_unknown_address_gets_no_call_out(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP")
    exchange.route("_X.", vivo)
    exchange.trunk("ACME")
    exchange.apply()

    outcome = exchange.call(exchange.host(), NUMBER)

    assert outcome.final_status == 401
    assert vivo.numbers == []
    assert exchange.cdrs.records() == []


def test_a_wrong_password_gets_no_call_out(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP")
    exchange.route("_X.", vivo)
    phone = exchange.phone(exchange.company("CLINICA"), "1001")
    exchange.apply()

    wrong = Credentials(phone.extension.sip_username, "0123456789abcdef")
    outcome = exchange.call(phone, NUMBER, credentials=wrong)

    assert outcome.final_status == 401
    assert vivo.numbers == []
    assert exchange.cdrs.records() == []


def test_an_extension_is_not_claimed_by_writing_its_name_in_from(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP")
    exchange.route("_X.", vivo)
    exchange.trunk("ACME")
    exchange.apply()

    outcome = exchange.call(exchange.host(), NUMBER, caller="trunk.ACME")

    assert outcome.final_status == 401
    assert vivo.numbers == []


@pytest.mark.parametrize("status", [CustomerStatus.SUSPENDED, CustomerStatus.CLOSED])
def test_a_disabled_customer_gets_no_call_out(exchange: Exchange, status: CustomerStatus) -> None:
    vivo = exchange.carrier("GW_Vivo_SP")
    exchange.route("_X.", vivo)
    acme = exchange.trunk("ACME", status=status)
    phone = exchange.phone(exchange.company("CLINICA", status=status), "1001")
    exchange.apply()

    by_trunk = exchange.call(acme, NUMBER)
    by_phone = exchange.call(phone, NUMBER)

    expected = 403 if status == CustomerStatus.SUSPENDED else 401
    assert (by_trunk.final_status, by_phone.final_status) == (expected, expected)
    assert vivo.numbers == []


def test_a_suspended_customers_try_is_on_record(exchange: Exchange) -> None:
    acme = exchange.trunk("ACME", status=CustomerStatus.SUSPENDED)
    exchange.apply()

    assert exchange.call(acme, NUMBER).cause == 21
    record = exchange.record()
    assert (record["va_customer"], record["va_cause"]) == (str(acme.customer.pk), "21")


def test_a_disabled_extension_gets_no_call_out(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP")
    exchange.route("_X.", vivo)
    phone = exchange.phone(exchange.company("CLINICA"), "1001", enabled=False)
    exchange.apply()

    assert exchange.call(phone, NUMBER).final_status == 401
    assert vivo.numbers == []
