"""What a live call holds is what it is charged: by the tariff of its answer and its caller; nothing once it is gone."""

import signal
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from billing.models import Cdr, CreditHold, HoldState, TimeWindow
from tests.billing.importing import import_file
from tests.calls.authorized import authorizer, prepaid, wait_until
from tests.calls.exchange import Exchange
from tests.factories.billing import TariffFactory
from tests.lab.sipp import Behaviour

pytestmark = pytest.mark.usefixtures("authorizer_address")

NUMBER = "011987654321"
BY_SECOND: dict[str, Any] = {
    "pattern": "55", "initial_block_seconds": 1, "increment_seconds": 1, "free_seconds": 0, "connect_fee": 0,
    "cost_per_minute": Decimal(1),
}  # fmt: skip


def test_a_call_that_is_asked_about_in_a_cheap_hour_and_answered_in_a_dear_one_holds_what_it_is_charged(
    exchange: Exchange,
) -> None:
    # N25
    vivo = exchange.carrier("GW_Vivo_SP", Behaviour(ring_ms=14_000), channel_limit=10)
    exchange.route("_X.", vivo, ring_seconds=30)
    acme = exchange.trunk("ACME")
    prepaid(acme.customer, 10_000)
    # Time for the exchange and the service to start; the call is asked about in the ten seconds before.
    dear_from = timezone.localtime().replace(microsecond=0) + timedelta(seconds=24)
    dear = TimeWindow.objects.create(
        name="Dear", weekdays=127, starts_at=dear_from.time(), ends_at=(dear_from + timedelta(hours=2)).time()
    )
    TariffFactory.create(price_per_minute=Decimal(6), **BY_SECOND)
    TariffFactory.create(price_per_minute=Decimal(60), window=dear, **BY_SECOND)
    exchange.apply()
    with authorizer():
        wait_until(lambda: timezone.localtime() > dear_from - timedelta(seconds=10), 60)
        with exchange.calling(acme, NUMBER, hold_ms=6000):
            wait_until(CreditHold.objects.exists)
            hold = CreditHold.objects.get()
            assert timezone.localtime() < dear_from, "the machine was too slow to call in the cheap hour"
            # Of the slice of a minute: it covers the dearer hour, in which it may be answered.
            assert hold.amount == 60
            wait_until(lambda: CreditHold.objects.filter(answered_at__isnull=False).exists(), 60)
        wait_until(lambda: CreditHold.objects.filter(ended_at__isnull=False).exists())
        exchange.record()
        import_file(exchange.cdrs.path, node="lab")
        call, hold = Cdr.objects.get(customer=acme.customer), CreditHold.objects.get()
        assert call.price is not None
        assert call.price >= 6
        assert call.price <= hold.amount <= call.price + 2
        wait_until(lambda: CreditHold.objects.get().state == HoldState.RELEASED)


def test_a_caller_who_hangs_up_while_the_service_still_answers_leaves_nothing_held(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP", channel_limit=10)
    exchange.route("_X.", vivo)
    acme = exchange.trunk("ACME")
    prepaid(acme.customer, 10_000)
    TariffFactory.create(price_per_minute=Decimal(6), **BY_SECOND)
    exchange.apply()
    with authorizer() as service:
        service.send_signal(signal.SIGSTOP)
        with exchange.calling(acme, NUMBER):
            exchange.asterisk.wait_for("core show channels count", "1 active call", 10)
            exchange.asterisk.cli("channel request hangup all")
            exchange.asterisk.wait_for("core show channels count", "0 active calls", 10)
        service.send_signal(signal.SIGCONT)
        wait_until(lambda: CreditHold.objects.filter(state=HoldState.RELEASED).exists())
    assert vivo.numbers == []
    assert not CreditHold.objects.filter(state=HoldState.ACTIVE).exists()


def test_what_was_held_for_the_calls_of_a_node_that_was_killed_is_released(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP", channel_limit=10)
    silent = exchange.carrier("GW_Silent", Behaviour(never_answers=True), channel_limit=10)
    exchange.route("_X.", vivo, priority=20)
    exchange.route("_021X.", silent, priority=10, ring_seconds=120)
    acme = exchange.trunk("ACME")
    prepaid(acme.customer, 10_000)
    TariffFactory.create(price_per_minute=Decimal(6), **BY_SECOND)
    exchange.apply()
    with authorizer():
        with (
            exchange.calling(acme, NUMBER, waits_for_bye=True, hold_ms=20_000),
            exchange.calling(acme, "021987654321", waits_for_bye=True, hold_ms=20_000),
        ):
            wait_until(
                lambda: CreditHold.objects.count() == 2 and CreditHold.objects.exclude(answered_at=None).exists()
            )
            exchange.asterisk.kill()
            exchange.asterisk.start()
        wait_until(lambda: not CreditHold.objects.filter(ended_at=None).exists(), 90)
    # Nobody answered one of them; what the other one cost is held until its record comes.
    assert sorted(CreditHold.objects.values_list("state", flat=True)) == [HoldState.ACTIVE, HoldState.RELEASED]


def test_the_area_of_an_extension_decides_its_price_as_it_decides_that_of_its_record(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP", channel_limit=10)
    exchange.route("_X.", vivo)
    clinic = exchange.company("CLINICA", caller_id_number="551140001000")
    prepaid(clinic, 10_000)
    phone = exchange.phone(clinic, "1001", home_area="21", caller_id_number="40002000")
    TariffFactory.create(price_per_minute=Decimal(6), **BY_SECOND)
    TariffFactory.create(price_per_minute=Decimal(12), origin_prefix="5521", **BY_SECOND)
    exchange.apply()
    with authorizer():
        assert exchange.call(phone, NUMBER).answered
        wait_until(lambda: CreditHold.objects.filter(ended_at__isnull=False).exists())
    exchange.record()
    import_file(exchange.cdrs.path, node="lab")
    hold, call = CreditHold.objects.get(), Cdr.objects.get(customer=clinic)
    assert hold.origin == "552140002000"
    assert call.price is not None
    assert call.price <= hold.amount <= call.price + Decimal("0.4")
    assert call.tariff is not None
    assert call.tariff.origin_prefix == "5521"
