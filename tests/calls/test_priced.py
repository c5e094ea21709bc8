"""The main job from end to end: real calls through a real Asterisk, whose records come out attributed and priced."""

from decimal import Decimal
from pathlib import Path

import pytest

from billing.cdrs.files.spool_import import ImportSummary
from billing.models import Cdr, CostSource, Direction, Disposition, RejectedRecord, UnratedReason
from billing.rating.durations import rate_duration
from billing.tariffs.loader import priced_tariff
from numbering.models import DestinationType
from routing.models import CallerIdRule
from tests.billing.importing import import_file
from tests.calls.exchange import Exchange
from tests.factories.billing import TariffFactory
from tests.lab.sipp import Behaviour

NUMBER, E164 = "011987654321", "5511987654321"


def import_spool(exchange: Exchange, folder: Path) -> ImportSummary:
    """Import what Asterisk wrote since `apply`."""
    path = folder / "voipadmin.csv"
    path.write_bytes(exchange.cdrs.path.read_bytes()[exchange.cdrs.offset :])
    return import_file(path, node=exchange.node.name)


def test_a_call_that_the_second_gateway_carried_is_priced_once_with_that_gateways_cost(
    exchange: Exchange, tmp_path: Path
) -> None:
    down, up = exchange.carrier("GW_Down", Behaviour(503, ring_ms=0)), exchange.carrier("GW_Up")
    up.gateway.provider.cost_per_minute = Decimal("0.60")
    up.gateway.provider.save()
    route = exchange.route("_0ZZ9XXXXXXXX", down, up)
    acme = exchange.trunk("ACME", caller_id_number="551130001000")
    tariff = TariffFactory.create(
        pattern="_55ZZ9XXXXXXXX", price_per_minute=Decimal("1.20"), cost_per_minute=None, free_seconds=0
    )
    TariffFactory.create(pattern="55", price_per_minute=Decimal(9))
    exchange.apply()

    assert exchange.call(acme, NUMBER, hold_ms=300).answered
    exchange.records(2)
    summary = import_spool(exchange, tmp_path)

    assert (summary.imported, summary.rejected, RejectedRecord.objects.count()) == (2, 0, 0)
    failed, carried = Cdr.objects.order_by("attempt")
    assert (failed.gateway, carried.gateway) == (down.gateway, up.gateway)
    assert {record.customer for record in (failed, carried)} == {acme.customer}
    assert {record.route for record in (failed, carried)} == {route}
    assert (failed.sip_code, failed.cause, failed.price, failed.billed_seconds) == (503, 34, Decimal(0), 0)
    assert (carried.direction, carried.dialled, carried.tariff) == (Direction.OUTBOUND, E164, tariff)
    assert 0 < carried.billable_seconds < carried.duration_seconds < 30
    assert carried.started_at.microsecond or carried.ended_at.microsecond
    assert carried.price == rate_duration(priced_tariff(tariff).sell, carried.billable_seconds).amount == Decimal("0.6")
    assert (carried.cost, carried.cost_source, carried.margin) == (Decimal("0.3"), CostSource.PROVIDER, Decimal("0.3"))
    assert Cdr.objects.calls().get() == carried

    assert import_spool(exchange, tmp_path).imported == 0
    assert Cdr.objects.count() == 2


@pytest.mark.parametrize("whose", ["gateway", "route"])
def test_a_call_that_is_shown_with_another_number_is_rated_by_its_callers(
    exchange: Exchange, tmp_path: Path, whose: str
) -> None:
    # N26: VC1 and VC3 are told by the caller's area, whatever the carrier is shown.
    shown = {"caller_id_number": "552150009999"}
    vivo = exchange.carrier("GW_Vivo_SP")
    if whose == "gateway":
        vivo.gateway.caller_id_rule, vivo.gateway.caller_id_number = CallerIdRule.FIXED, shown["caller_id_number"]
        vivo.gateway.save()
    exchange.route("_0ZZ9XXXXXXXX", vivo, **(shown if whose == "route" else {}))
    acme = exchange.trunk("ACME", caller_id_number="551130001000")
    local = TariffFactory.create(pattern="5511", origin_prefix="5511")
    TariffFactory.create(pattern="5511")
    exchange.apply()

    assert exchange.call(acme, NUMBER, caller="1130001055").answered
    exchange.records(1)
    import_spool(exchange, tmp_path)

    record = Cdr.objects.get()
    assert (record.src, record.caller, record.tariff) == ("552150009999", "1130001055", local)


def test_a_call_to_a_number_is_its_holders_and_has_no_price(exchange: Exchange, tmp_path: Path) -> None:
    vivo = exchange.carrier("GW_Vivo_SP")
    acme = exchange.trunk("ACME")
    did = exchange.number("551140001000", acme.customer, DestinationType.TRUNK, gateway=vivo.gateway)
    TariffFactory.create(pattern="55")
    exchange.apply()

    assert exchange.call(vivo, "+551140001000").answered
    exchange.records(1)
    import_spool(exchange, tmp_path)

    record = Cdr.objects.get()
    assert (record.customer, record.did, record.gateway) == (acme.customer, did, vivo.gateway)
    assert (record.direction, record.price, record.unrated_reason) == (
        Direction.INBOUND,
        None,
        UnratedReason.INBOUND,
    )


def test_a_forwarded_number_is_an_outgoing_call_of_its_customer(exchange: Exchange, tmp_path: Path) -> None:
    vivo, claro = exchange.carrier("GW_Vivo_SP"), exchange.carrier("GW_Claro")
    exchange.route("_0ZZ9XXXXXXXX", claro)
    acme = exchange.company("ACME", caller_id_number="551140001000")
    did = exchange.number("551140001000", acme, DestinationType.FORWARD, forward_to=NUMBER)
    tariff = TariffFactory.create(pattern="55", cost_per_minute=Decimal("0.01"))
    exchange.apply()

    assert exchange.call(vivo, "551140001000").answered
    exchange.records(1)
    import_spool(exchange, tmp_path)

    record = Cdr.objects.get()
    assert (record.direction, record.customer, record.did) == (Direction.OUTBOUND, acme, did)
    assert (record.gateway, record.tariff, record.dialled) == (claro.gateway, tariff, E164)


@pytest.mark.parametrize(("number", "reason"), [("1002", UnratedReason.INTERNAL), ("1999", UnratedReason.NO_NUMBER)])
def test_a_call_to_a_colleague_has_no_price(
    exchange: Exchange, tmp_path: Path, number: str, reason: UnratedReason
) -> None:
    acme = exchange.company("ACME")
    caller, colleague = exchange.phone(acme, "1001"), exchange.phone(acme, "1002")
    TariffFactory.create(pattern="1")
    exchange.apply()
    for phone in (caller, colleague):
        exchange.register(phone)

    answered = exchange.call(caller, number).answered
    exchange.records(1)
    import_spool(exchange, tmp_path)

    record = Cdr.objects.get()
    assert answered == (number == "1002") == (record.disposition == Disposition.ANSWERED)
    assert (record.customer, record.price) == (acme, None)
    assert record.unrated_reason == reason


def test_a_call_that_no_tariff_prices_is_unrated(exchange: Exchange, tmp_path: Path) -> None:
    vivo = exchange.carrier("GW_Vivo_SP")
    exchange.route("_X.", vivo)
    acme = exchange.trunk("ACME", caller_id_number="551130001000")
    TariffFactory.create(pattern="1")
    exchange.apply()

    exchange.call(acme, NUMBER)
    exchange.records(1)
    import_spool(exchange, tmp_path)

    record = Cdr.objects.unrated().get()
    assert (record.price, record.margin, record.unrated_reason) == (None, None, UnratedReason.NO_TARIFF)
