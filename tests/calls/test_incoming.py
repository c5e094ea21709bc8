"""Incoming calls: a carrier sends a number, and the customer's trunk, telephone or forwarding answers."""

import pytest

from customers.models import CustomerStatus
from numbering.models import DID, DestinationType, DIDAllocation, DIDStatus
from routing.models import NumberFormat
from tests.calls.exchange import Exchange
from tests.factories.customers import TrunkAddressFactory
from tests.factories.numbering import DIDFactory
from tests.lab.sipp import Behaviour

NUMBER = "551140001000"


def test_a_number_of_a_trunk_customer_goes_to_its_address(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP")
    acme = exchange.trunk("ACME")
    did = exchange.number(NUMBER, acme.customer, DestinationType.TRUNK, gateway=vivo.gateway)
    exchange.apply()

    outcome = exchange.call(vivo, NUMBER, caller="5521988887777")

    assert outcome.answered
    assert acme.numbers == [NUMBER]
    record = exchange.record()
    assert record["va_direction"] == "inbound"
    assert record["va_customer"] == str(acme.customer.pk)
    assert record["va_did"] == str(did.pk)
    assert record["va_gateway"] == str(vivo.gateway.pk)
    assert (record["accountcode"], record["src"], record["va_dialled"]) == ("ACME", "5521988887777", NUMBER)
    assert (record["va_dialstatus"], record["va_cause"], record["va_sipcode"]) == ("ANSWER", "16", "200")


@pytest.mark.parametrize(
    ("number_format", "sent"),
    [
        (NumberFormat.AUTOMATIC, "+551140001000"),
        (NumberFormat.AUTOMATIC, "551140001000"),
        (NumberFormat.AUTOMATIC, "01140001000"),
        (NumberFormat.AUTOMATIC, "1140001000"),
        (NumberFormat.E164, "+551140001000"),
        (NumberFormat.E164, "551140001000"),
        (NumberFormat.TRUNK_ZERO, "01140001000"),
        (NumberFormat.NATIONAL, "1140001000"),
        (NumberFormat.NATIONAL, "+551140001000"),
    ],
)
def test_every_way_in_which_carriers_write_a_number_meets_the_same_did(
    exchange: Exchange, number_format: NumberFormat, sent: str
) -> None:
    vivo = exchange.carrier("GW_Vivo_SP", number_format=number_format)
    acme = exchange.trunk("ACME")
    did = exchange.number(NUMBER, acme.customer, DestinationType.TRUNK)
    exchange.apply()

    assert exchange.call(vivo, sent).answered
    assert acme.numbers == [NUMBER]
    assert exchange.record()["va_did"] == str(did.pk)


def test_a_national_number_of_area_55_is_read_as_the_gateway_says(exchange: Exchange) -> None:
    national = exchange.carrier("GW_National", number_format=NumberFormat.NATIONAL)
    acme = exchange.trunk("ACME")
    exchange.number("555532211234", acme.customer, DestinationType.TRUNK)
    exchange.apply()

    assert exchange.call(national, "5532211234").answered
    assert acme.numbers == ["555532211234"]


def test_the_next_address_of_a_trunk_customer_takes_over(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP")
    acme = exchange.trunk("ACME", Behaviour(503, ring_ms=0))
    second = exchange.party()
    TrunkAddressFactory.create(
        customer=acme.customer, network=second.address.host, port=second.address.port, priority=2
    )
    exchange.number(NUMBER, acme.customer, DestinationType.TRUNK)
    exchange.apply()

    assert exchange.call(vivo, NUMBER).answered
    assert len(second.trace().invites()) == 1
    first, last = exchange.records(2)
    assert (first["va_attempt"], first["va_sipcode"]) == ("1", "503")
    assert (last["va_attempt"], last["va_sipcode"]) == ("2", "200")


def test_a_busy_trunk_customer_is_busy_for_the_caller(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP")
    acme = exchange.trunk("ACME", Behaviour(486, ring_ms=0))
    exchange.number(NUMBER, acme.customer, DestinationType.TRUNK)
    exchange.apply()

    outcome = exchange.call(vivo, NUMBER)

    assert (outcome.final_status, outcome.cause) == (486, 17)
    assert exchange.record()["va_dialstatus"] == "BUSY"


def test_a_number_of_an_extension_rings_it(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP")
    clinic = exchange.company("CLINICA")
    phone = exchange.phone(clinic, "1001")
    did = exchange.number(NUMBER, clinic, DestinationType.EXTENSION, extension=phone.extension)
    exchange.apply()
    exchange.register(phone)

    outcome = exchange.call(vivo, NUMBER, caller="5521988887777")

    assert outcome.answered
    assert phone.callers == ["5521988887777"]
    record = exchange.record()
    assert (record["va_did"], record["va_direction"], record["accountcode"]) == (str(did.pk), "inbound", "CLINICA")


def test_an_extension_that_is_not_registered_is_absent_with_a_record(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP")
    clinic = exchange.company("CLINICA")
    phone = exchange.phone(clinic, "1001")
    exchange.number(NUMBER, clinic, DestinationType.EXTENSION, extension=phone.extension)
    exchange.apply()

    outcome = exchange.call(vivo, NUMBER)

    assert (outcome.final_status, outcome.cause) == (480, 20)
    record = exchange.record()
    assert (record["va_customer"], record["va_cause"]) == (str(clinic.pk), "20")


def test_every_device_of_an_extension_rings(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP")
    clinic = exchange.company("CLINICA")
    phone = exchange.phone(clinic, "1001", Behaviour(never_answers=True), max_contacts=2)
    second = exchange.device()
    exchange.number(NUMBER, clinic, DestinationType.EXTENSION, extension=phone.extension)
    exchange.apply()
    exchange.register(phone)
    exchange.register_device(phone, second)

    assert exchange.call(vivo, NUMBER).answered
    assert len(phone.party.trace().invites()) == 1
    assert len(second.trace().invites()) == 1


def test_a_forwarded_number_goes_out_on_the_customers_account(exchange: Exchange) -> None:
    vivo, tim = exchange.carrier("GW_Vivo_SP"), exchange.carrier("GW_Tim")
    exchange.route("_0ZZ9XXXXXXXX", tim)
    acme = exchange.trunk("ACME")
    did = exchange.number(NUMBER, acme.customer, DestinationType.FORWARD, forward_to="021988887777")
    exchange.apply()

    assert exchange.call(vivo, NUMBER, caller="5531977776666").answered
    assert tim.numbers == ["021988887777"]
    assert tim.callers == [NUMBER]
    record = exchange.record()
    assert (record["va_direction"], record["va_did"]) == ("outbound", str(did.pk))
    assert (record["va_customer"], record["accountcode"]) == (str(acme.customer.pk), "ACME")
    assert (record["va_gateway"], record["va_dialled"]) == (str(tim.gateway.pk), "5521988887777")


def test_an_extension_that_forwards_is_not_rung(exchange: Exchange) -> None:
    vivo, tim = exchange.carrier("GW_Vivo_SP"), exchange.carrier("GW_Tim")
    exchange.route("_0ZZ9XXXXXXXX", tim)
    clinic = exchange.company("CLINICA", caller_id_number="551140001000")
    phone = exchange.phone(clinic, "1001", forward_to="021988887777")
    exchange.number(NUMBER, clinic, DestinationType.EXTENSION, extension=phone.extension)
    exchange.apply()
    exchange.register(phone)

    assert exchange.call(vivo, NUMBER).answered
    assert tim.numbers == ["021988887777"]
    assert phone.callers == []


def test_forwarding_obeys_the_customers_own_limits(exchange: Exchange) -> None:
    vivo, tim = exchange.carrier("GW_Vivo_SP"), exchange.carrier("GW_Tim")
    exchange.route("_0.", tim)
    acme = exchange.trunk("ACME", channel_limit=2, calls_per_second=100)
    exchange.number(NUMBER, acme.customer, DestinationType.FORWARD, forward_to="021988887777")
    exchange.apply()

    exchange.call(vivo, NUMBER, count=4, rate=50, hold_ms=2000)

    assert len(tim.numbers) == 2


def test_forwarding_in_a_circle_ends(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP")
    clinic = exchange.company("CLINICA")
    first = exchange.phone(clinic, "1001", forward_to="1002")
    exchange.phone(clinic, "1002", forward_to="1001")
    exchange.number(NUMBER, clinic, DestinationType.EXTENSION, extension=first.extension)
    exchange.apply()

    outcome = exchange.call(vivo, NUMBER)

    assert not outcome.answered
    assert exchange.record()["va_cause"] == "25"


@pytest.mark.parametrize("sent", ["551149999999", "+551149999999", "01149999999", "190"])
def test_an_unknown_number_plays_the_message_as_early_media_and_ends_with_cause_1(
    exchange: Exchange, sent: str
) -> None:
    vivo = exchange.carrier("GW_Vivo_SP")
    acme = exchange.trunk("ACME")
    exchange.number(NUMBER, acme.customer, DestinationType.TRUNK)
    exchange.apply()

    outcome = exchange.call(vivo, sent)

    assert outcome.trace.early_media()
    assert (outcome.final_status, outcome.cause) == (404, 1)
    assert acme.numbers == []
    record = exchange.record()
    assert (record["va_direction"], record["va_gateway"]) == ("inbound", str(vivo.gateway.pk))
    assert (record["va_cause"], record["va_customer"], record["billsec"]) == ("1", "", "0.000000")


@pytest.mark.parametrize("status", [DIDStatus.FREE, DIDStatus.BLOCKED])
def test_a_number_that_is_nobodys_is_unknown(exchange: Exchange, status: DIDStatus) -> None:
    vivo = exchange.carrier("GW_Vivo_SP")
    DIDFactory.create(number=NUMBER, status=status)
    exchange.apply()

    assert exchange.call(vivo, NUMBER).cause == 1


def test_a_number_from_another_gateway_than_its_own_is_unknown(exchange: Exchange) -> None:
    vivo, tim = exchange.carrier("GW_Vivo_SP"), exchange.carrier("GW_Tim")
    acme = exchange.trunk("ACME")
    exchange.number(NUMBER, acme.customer, DestinationType.TRUNK, gateway=vivo.gateway)
    exchange.apply()

    assert exchange.call(tim, NUMBER).cause == 1
    assert acme.numbers == []


def test_a_suspended_customers_number_is_refused_and_recorded_as_its_own(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP")
    acme = exchange.trunk("ACME", status=CustomerStatus.SUSPENDED)
    did = exchange.number(NUMBER, acme.customer, DestinationType.TRUNK)
    exchange.apply()

    assert exchange.call(vivo, NUMBER).cause == 21
    record = exchange.record()
    assert (record["va_did"], record["va_customer"]) == (str(did.pk), str(acme.customer.pk))


def test_nothing_from_a_gateway_reaches_an_outgoing_route(exchange: Exchange) -> None:
    vivo, tim = exchange.carrier("GW_Vivo_SP"), exchange.carrier("GW_Tim")
    exchange.route("_X.", tim)
    exchange.apply()

    outcome = exchange.call(vivo, "0021988887777")

    assert outcome.cause == 1
    assert tim.numbers == []


@pytest.mark.parametrize("number", [f"{NUMBER}&PJSIP/GW_Tim/190", f"{NUMBER},1", f"{NUMBER})"])
def test_a_did_with_something_behind_it_is_unknown(exchange: Exchange, number: str) -> None:
    vivo = exchange.carrier("GW_Vivo_SP")
    acme = exchange.trunk("ACME")
    exchange.number(NUMBER, acme.customer, DestinationType.TRUNK)
    exchange.apply()

    assert not exchange.call(vivo, number).answered
    assert acme.numbers == []


def test_a_thousand_numbers_are_each_found(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP")
    acme = exchange.trunk("ACME", channel_limit=100)
    provider = vivo.gateway.provider
    numbers = (f"55114000{suffix:04d}" for suffix in range(1199))
    dids = DID.objects.bulk_create(
        DID(number=number, provider=provider, status=DIDStatus.ALLOCATED) for number in numbers
    )
    DIDAllocation.objects.bulk_create(
        DIDAllocation(did=did, customer=acme.customer, destination_type=DestinationType.TRUNK) for did in dids
    )
    exchange.number("551140001199", acme.customer, DestinationType.TRUNK)
    exchange.apply()

    for number in ("551140000000", "551140000601", "551140001199"):
        assert exchange.call(vivo, number).answered
    assert acme.numbers == ["551140000000", "551140000601", "551140001199"]
    assert exchange.call(vivo, "551140001200").cause == 1
