"""Calls of customers whose money has to be asked about, through a real Asterisk and the real service."""

import signal
import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from billing.accounts.ledger import Movement, account_of, enter
from billing.models import Account, AccountKind, CreditHold, EntryKind, HoldState, RefusedCall
from tests.calls.authorized import authorizer, terms, wait_for_refused_rows, wait_until
from tests.calls.exchange import Carrier, Exchange, Trunk
from tests.factories.billing import TariffFactory
from tests.lab.sipp import Behaviour

pytestmark = pytest.mark.usefixtures("authorizer_address")

NUMBER, E164 = "011987654321", "5511987654321"
SLICE = "AUTHORIZER_SLICE_SECONDS"


@dataclass
class Scene:
    """A customer, a carrier and a tariff of one real a minute, counted by the second."""

    exchange: Exchange
    acme: Trunk
    vivo: Carrier
    account: Account

    def wait_until_answered(self) -> None:
        """Wait until the time of the call runs, as the service knows it."""
        wait_until(CreditHold.objects.filter(answered_at__isnull=False).exists)

    def wait_until_over(self) -> None:
        self.exchange.asterisk.wait_for("core show channels count", "0 active calls", 30)


@pytest.fixture
def scene(exchange: Exchange) -> Scene:
    vivo = exchange.carrier("GW_Vivo_SP", channel_limit=600)
    exchange.route("_X.", vivo)
    acme = exchange.trunk("ACME", channel_limit=600, calls_per_second=500)
    TariffFactory.create(
        pattern="55", price_per_minute=Decimal(60), cost_per_minute=Decimal(1), initial_block_seconds=1,
        increment_seconds=1, free_seconds=0, connect_fee=0,
    )  # fmt: skip
    return Scene(exchange, acme, vivo, account_of(acme.customer))


def give(scene: Scene, funds: int, kind: AccountKind = AccountKind.PREPAID, **fields: Any) -> None:
    """Save terms and funds of the account, prepaid where nothing else is said, and have the node know them."""
    terms(scene.acme.customer, funds=funds, kind=kind, **fields)
    scene.exchange.apply()


def test_of_30_simultaneous_calls_on_the_credit_of_one_only_one_is_let_through(scene: Scene) -> None:
    give(scene, 10)
    with authorizer(**{SLICE: "10"}):
        outcome = scene.exchange.call(scene.acme, NUMBER, count=30, rate=200, hold_ms=2000)
        assert len(scene.vivo.numbers) == 1
        assert outcome.trace.statuses().count(403) == 29
        causes = [record["va_cause"] for record in scene.exchange.records(30)]
        assert sorted(causes) == ["16", *["21"] * 29]
        wait_for_refused_rows(29)
    assert RefusedCall.objects.filter(reason="credit", number=E164, cause=21).count() == 29


def test_a_call_is_cut_when_its_credit_ends_to_the_second(scene: Scene) -> None:
    give(scene, 8)
    with authorizer(**{SLICE: "3"}):
        scene.exchange.call(scene.acme, NUMBER, waits_for_bye=True, hold_ms=30_000)
        record = scene.exchange.record()
        wait_until(CreditHold.objects.filter(ended_at__isnull=False).exists)
    assert 7 < float(record["billsec"]) <= 8
    hold = CreditHold.objects.get()
    assert (hold.amount, hold.state, hold.ended_at is not None) == (Decimal(8), HoldState.ACTIVE, True)


def test_without_the_service_a_call_that_is_up_ends_with_its_slice_and_gives_nothing_away(scene: Scene) -> None:
    give(scene, 1000)
    with (
        authorizer(**{SLICE: "6"}) as service,
        scene.exchange.calling(scene.acme, NUMBER, waits_for_bye=True, hold_ms=30_000),
    ):
        scene.wait_until_answered()
        service.kill()
        service.wait()
    assert 5 < float(scene.exchange.record()["billsec"]) <= 6


def test_a_service_that_hangs_refuses_a_prepaid_call_after_five_seconds(scene: Scene) -> None:
    give(scene, 1000)
    with authorizer() as service:
        service.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        assert scene.exchange.call(scene.acme, NUMBER).cause == 41
        assert 4 < time.monotonic() - began < 8


def test_without_the_service_prepaid_is_refused_with_a_clear_cause(scene: Scene) -> None:
    give(scene, 1000)
    assert scene.exchange.call(scene.acme, NUMBER).cause == 41
    assert scene.exchange.record()["va_cause"] == "41"


@pytest.mark.parametrize("lets_them_call", [True, False])
def test_without_the_service_postpaid_with_a_cap_is_refused_whatever_the_operator_chose(
    scene: Scene, settings: Any, lets_them_call: bool
) -> None:
    settings.AUTHORIZER_DOWN_POSTPAID = lets_them_call
    give(scene, 0, kind=AccountKind.POSTPAID, hourly_cap=100)
    assert scene.exchange.call(scene.acme, NUMBER).cause == 41


def test_another_country_is_refused_with_its_cause_and_a_row(scene: Scene) -> None:
    give(scene, 1000)
    with authorizer():
        assert scene.exchange.call(scene.acme, "0012125551234").cause == 57
        wait_for_refused_rows(1)
    refused = RefusedCall.objects.get()
    assert (refused.customer, refused.reason, refused.detail, refused.number) == (
        scene.acme.customer, "country", "US", "12125551234",
    )  # fmt: skip


def test_a_call_that_nobody_answered_releases_its_money(exchange: Exchange, scene: Scene) -> None:
    busy = exchange.carrier("GW_Busy", Behaviour(486, ring_ms=0))
    exchange.route("_0ZZ9XXXXXXXX", busy, priority=1)
    give(scene, 60)
    with authorizer():
        assert scene.exchange.call(scene.acme, NUMBER).cause == 17
        scene.wait_until_over()
        wait_until(lambda: CreditHold.objects.get().state == HoldState.RELEASED)
    assert CreditHold.objects.get().state == HoldState.RELEASED


def test_crossing_a_cap_stops_the_customer_and_hangs_up_within_ten_seconds(scene: Scene) -> None:
    give(scene, 0, kind=AccountKind.POSTPAID, hourly_cap=12)
    with authorizer(**{SLICE: "6"}), scene.exchange.calling(scene.acme, NUMBER, waits_for_bye=True, hold_ms=40_000):
        scene.wait_until_answered()
        crossed = timezone.now()
        enter(account=scene.account, movement=Movement(kind=EntryKind.CALL, amount=Decimal(-12)))
        scene.exchange.asterisk.wait_for("core show channels count", "0 active calls", 10)
        assert (timezone.now() - crossed).total_seconds() < 10
        scene.account.refresh_from_db()
        assert scene.account.blocked_at is not None
        assert "12.00" in scene.account.blocked_reason

        assert scene.exchange.call(scene.acme, NUMBER).cause == 21
