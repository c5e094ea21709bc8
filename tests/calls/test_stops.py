"""A stop ends the calls of whoever is stopped, and lets no new one through: with the authorizer up, down or hung.

`STOPS_RESULTS=docs/results/stops.json pytest tests/calls/test_stops.py` writes how many seconds each one took.
"""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from billing.accounts.ledger import Movement, account_of, enter
from billing.authorization.stops.services import stop_account
from billing.models import Account, AccountKind, CreditHold, EntryKind
from customers.models import CustomerStatus
from tests.bench.figure import machine
from tests.calls.authorized import authorizer, terms
from tests.calls.exchange import Exchange, Trunk
from tests.factories.billing import TariffFactory
from tests.faults.proxy import Proxy

AT_HOME, RISKY, ABROAD, EMERGENCY = "011987654321", "01130001000", "0012125551234", "190"
STOPPED_SECONDS = 10.0
# Fields of `core show channels concise`.
STATE, ACCOUNT_CODE = 4, 8
KINDS: dict[str, dict[str, Any]] = {
    "prepaid": {"kind": AccountKind.PREPAID},
    "with an enforced limit": {"kind": AccountKind.POSTPAID, "limits_credit": True, "credit_limit": Decimal(1000)},
    "with a cap of its own": {"kind": AccountKind.POSTPAID, "daily_cap": Decimal(1000)},
    "without any limit": {"kind": AccountKind.POSTPAID},
}


@pytest.fixture(autouse=True)
def _settings(settings: Any, authorizer_address: None) -> None:
    settings.AUTHORIZER_DOWN_POSTPAID = True


@dataclass
class Scene:
    """ACME, who is stopped, and BETA, whose call goes on."""

    exchange: Exchange
    acme: Trunk
    beta: Trunk
    stack: ExitStack = field(default_factory=ExitStack)

    @property
    def account(self) -> Account:
        return account_of(self.acme.customer)

    def is_of(self, kind: str) -> None:
        """Make ACME's account one of KINDS, with money."""
        terms(self.acme.customer, funds=1000, allows_high_risk=True, **KINDS[kind])
        self.exchange.apply()

    def talk(self, number: str = AT_HOME, count: int = 2) -> None:
        """Have ACME talk with so many, and BETA with one."""
        for trunk, called, how_many in ((self.acme, number, count), (self.beta, AT_HOME, 1)):
            self.stack.enter_context(
                self.exchange.calling(trunk, called, count=how_many, waits_for_bye=True, hold_ms=60_000)
            )
        self.wait(lambda: (self.up("ACME"), self.up("BETA")) == (count, 1))

    def up(self, code: str) -> int:
        """Return how many calls of a customer a carrier has answered and not ended."""
        lines = self.exchange.asterisk.cli("core show channels concise").splitlines()
        legs = [line.split("!") for line in lines if line.startswith("PJSIP/GW_")]
        return sum(leg[STATE] == "Up" and leg[ACCOUNT_CODE] == code for leg in legs)

    def channels_of(self, code: str) -> int:
        """Return how many channels a customer itself has."""
        return self.exchange.asterisk.cli("core show channels concise").count(f"PJSIP/trunk.{code}-")

    def wait(self, condition: Callable[[], bool], seconds: float = STOPPED_SECONDS) -> float:
        """Wait for something; return how many seconds that took."""
        began = time.monotonic()
        while not condition():
            assert time.monotonic() - began < seconds, self.exchange.asterisk.cli("core show channels concise")
            time.sleep(0.05)
        return time.monotonic() - began

    def wait_until_stopped(self) -> float:
        """Wait until ACME's calls are over, and BETA's is not; return how many seconds that took."""
        took = self.wait(lambda: self.up("ACME") == 0)
        assert self.up("BETA") == 1
        return took

    def hang_up(self) -> None:
        self.exchange.asterisk.cli("channel request hangup all")
        self.stack.close()


@pytest.fixture
def scene(exchange: Exchange) -> Iterator[Scene]:
    vivo = exchange.carrier("GW_Vivo_SP", channel_limit=600)
    exchange.route("_X.", vivo)
    found = Scene(exchange, exchange.trunk("ACME", channel_limit=600), exchange.trunk("BETA", channel_limit=600))
    TariffFactory.create(
        pattern="55", price_per_minute=Decimal(6), cost_per_minute=Decimal(1), initial_block_seconds=1,
        increment_seconds=1, free_seconds=0, connect_fee=0,
    )  # fmt: skip
    yield found
    found.hang_up()


def stop_by_hand(scene: Scene) -> None:
    assert stop_account(account_id=scene.account.pk, reason="by hand")


def reach_a_cap(scene: Scene) -> None:
    account = scene.account
    spent = Movement(kind=EntryKind.CALL, amount=-Decimal(account.hourly_cap or 2000))
    enter(account=account, movement=spent)


def call_too_fast(scene: Scene) -> None:
    assert scene.exchange.call(scene.acme, RISKY).cause == 21


def suspend(scene: Scene) -> None:
    scene.acme.customer.status = CustomerStatus.SUSPENDED
    scene.acme.customer.save()


WAYS = {"by hand": stop_by_hand, "by a cap": reach_a_cap, "by velocity": call_too_fast, "by its status": suspend}


def measured(what: str, seconds: float) -> None:
    """Keep how long something took, where results are asked for."""
    if path := os.environ.get("STOPS_RESULTS"):
        file = Path(path)
        known = json.loads(file.read_text())["seconds"] if file.exists() else {}
        about = {
            "machine": machine(),
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": known | {what: round(seconds, 2)},
        }
        file.write_text(json.dumps(about, indent=1, sort_keys=True) + "\n")


@pytest.mark.parametrize(
    ("kind", "way"), [*((kind, "by hand") for kind in KINDS), *(("without any limit", way) for way in list(WAYS)[1:])]
)
def test_a_stop_ends_national_calls_and_lets_no_new_one_through(scene: Scene, kind: str, way: str) -> None:
    # N20 for an account without any limit.
    scene.is_of(kind)
    with authorizer(HIGH_RISK_PREFIXES="551130", VELOCITY_RANGE_CALLS="2"):
        scene.talk(RISKY if way == "by velocity" else AT_HOME)
        WAYS[way](scene)
        measured(f"calls that are up, {kind}, {way}", scene.wait_until_stopped())
        assert scene.exchange.call(scene.acme, AT_HOME).cause == 21
        assert scene.exchange.call(scene.acme, EMERGENCY).answered


@pytest.mark.parametrize("by_the_service", [True, False])
def test_a_stop_ends_no_call_to_an_emergency_line(scene: Scene, by_the_service: bool) -> None:
    scene.is_of("without any limit")
    with authorizer() as service:
        scene.talk()
        for_help = scene.exchange.calling(scene.acme, EMERGENCY, waits_for_bye=True, hold_ms=60_000)
        emergency = scene.stack.enter_context(for_help)
        scene.wait(lambda: scene.up("ACME") == 3)
        if not by_the_service:
            service.send_signal(signal.SIGSTOP)
        stop_by_hand(scene)
        if not by_the_service:
            scene.exchange.apply()
        scene.wait(lambda: scene.up("ACME") == 1)
        assert not emergency.done()


@pytest.mark.parametrize("kind", KINDS)
def test_with_the_authorizer_hung_a_stop_is_in_the_nodes_files_at_once_and_ends_what_is_up(
    scene: Scene, kind: str
) -> None:
    scene.is_of(kind)
    with authorizer() as service:
        scene.talk()
        service.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        stop_by_hand(scene)
        scene.exchange.apply()
        measured(f"save to live, authorizer hung, {kind}", time.monotonic() - began)
        scene.wait_until_stopped()
        measured(f"calls that are up, authorizer hung, {kind}", time.monotonic() - began)
        assert scene.exchange.call(scene.acme, AT_HOME).cause == 21
    scene.wait(lambda: scene.channels_of("ACME") == 0)


def test_while_the_authorizer_hangs_calls_that_end_do_not_wait_for_it(scene: Scene) -> None:
    scene.is_of("without any limit")
    with authorizer() as service:
        scene.talk()
        service.send_signal(signal.SIGSTOP)
        # Five seconds, in which it is found out.
        assert scene.exchange.call(scene.acme, AT_HOME).answered
        scene.exchange.asterisk.cli("channel request hangup all")
        scene.wait(lambda: scene.channels_of("ACME") == 0)


def test_calls_that_end_at_once_after_it_hung_wait_two_seconds_at_most_and_the_first_until_it_is_gone(
    scene: Scene,
) -> None:
    scene.is_of("without any limit")
    with authorizer() as service:
        scene.talk(count=4)
        service.send_signal(signal.SIGSTOP)
        channels = [line.split("!")[0] for line in scene.exchange.asterisk.cli("core show channels concise").split()]
        trunk = [name for name in channels if name.startswith("PJSIP/trunk.ACME-")]
        scene.exchange.asterisk.cli(f"channel request hangup {trunk[0]}")
        scene.wait(lambda: scene.up("ACME") == 3)
        # The second of the first one is over by then: nobody else waits for an answer.
        scene.wait(lambda: scene.exchange.asterisk.cli("dialplan show globals").count("va_telling=1") == 1)
        time.sleep(2)
        for name in trunk[1:]:
            scene.exchange.asterisk.cli(f"channel request hangup {name}")
        scene.wait(lambda: scene.channels_of("ACME") == 1)
        service.kill()
        scene.wait(lambda: scene.channels_of("ACME") == 0)


def test_a_stop_holds_with_the_authorizer_up_down_and_hung_and_after_everything_was_started_again(
    scene: Scene,
) -> None:
    scene.is_of("without any limit")
    stop_by_hand(scene)
    scene.exchange.apply()
    with authorizer() as service:
        assert scene.exchange.call(scene.acme, AT_HOME).cause == 21
        service.send_signal(signal.SIGSTOP)
        assert scene.exchange.call(scene.acme, AT_HOME).cause == 21
    assert scene.exchange.call(scene.acme, AT_HOME).cause == 21
    scene.exchange.asterisk.kill()
    scene.exchange.asterisk.start()
    assert scene.exchange.call(scene.acme, AT_HOME).cause == 21
    with authorizer():
        assert scene.exchange.call(scene.acme, AT_HOME).cause == 21
        assert scene.exchange.call(scene.beta, AT_HOME).answered


def test_a_service_that_starts_ends_the_calls_of_whoever_was_stopped_meanwhile(scene: Scene) -> None:
    scene.is_of("without any limit")
    with authorizer() as service:
        scene.talk()
        service.kill()
        service.wait()
    stop_by_hand(scene)
    with authorizer():
        measured("calls that are up, after the authorizer started again", scene.wait_until_stopped())


@pytest.mark.parametrize(
    ("kind", "number", "answered"),
    [
        *((kind, AT_HOME, False) for kind in list(KINDS)[:3]),
        ("without any limit", ABROAD, False),
        ("without any limit", AT_HOME, True),
    ],
)
@pytest.mark.parametrize("away", ["authorizer", "postgresql"])
def test_with_the_authorizer_hung_or_postgresql_away_only_who_has_no_limit_calls_and_only_at_home(
    scene: Scene, kind: str, number: str, answered: bool, away: str
) -> None:
    # N23, N24
    Account.objects.filter(pk=scene.account.pk).update(allowed_countries=["BR", "US"])
    TariffFactory.create(pattern="1", price_per_minute=Decimal(6))
    scene.is_of(kind)
    values = connection.settings_dict
    proxy = Proxy((values["HOST"], int(values["PORT"])))
    proxy.start()
    login = f"{values['USER']}:{values['PASSWORD']}"
    try:
        with authorizer(DATABASE_URL=f"postgres://{login}@127.0.0.1:{proxy.port}/{values['NAME']}") as service:
            if away == "authorizer":
                service.send_signal(signal.SIGSTOP)
            else:
                proxy.close()
            outcome = scene.exchange.call(scene.acme, number)
            assert outcome.answered is answered
            assert answered or outcome.cause == 41
            assert not CreditHold.objects.exists()
    finally:
        proxy.stop()


def test_a_customer_without_any_limit_is_cut_at_its_longest_call(scene: Scene) -> None:
    # N21
    account = scene.account
    account.longest_call_seconds = 5
    account.save()
    scene.is_of("without any limit")
    with authorizer():
        scene.exchange.call(scene.acme, AT_HOME, waits_for_bye=True, hold_ms=30_000)
    scene.exchange.call(scene.acme, AT_HOME, waits_for_bye=True, hold_ms=30_000)
    lasted = [float(record["billsec"]) for record in scene.exchange.records(2)]
    assert all(4 < seconds <= 5.5 for seconds in lasted), lasted


def test_where_no_country_is_allowed_a_national_call_is_refused(scene: Scene) -> None:
    # N22
    account = scene.account
    account.allowed_countries = []
    account.save()
    scene.is_of("without any limit")
    with authorizer():
        assert scene.exchange.call(scene.acme, AT_HOME).cause == 57
    assert scene.exchange.call(scene.acme, AT_HOME).cause == 41
