"""The demo's callers: `python -m deploy.trial.traffic.traffic` keeps a few believable calls up until it is stopped.

Who calls whom comes from the panel's own database: gateways, trunk addresses and extensions on the loopback.
"""

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from deploy.trial.process import StartError
from deploy.trial.qualify import qualify
from deploy.trial.traffic.called_party import Behaviour, CalledParty, Chances
from deploy.trial.traffic.sipp import Address, Call, Outcome, place_call, register
from deploy.trial.traffic.traffic_cast import Cast, Phone, likely_number, load_cast, number_for, written_by_carrier

MOST_CALLS = 8
MEAN_GAP_SECONDS = 5.0
CAST_SECONDS = 30.0
REGISTRATION_SECONDS = 3600
LINES = Behaviour(believable=Chances())
PHONES = Behaviour(believable=Chances(busy=5, silent=12, failed=0))


def say(text: str) -> None:
    """Print one line with the time."""
    print(f"{datetime.now().astimezone():%H:%M:%S} {text}", flush=True)


def hold_ms() -> int:
    """Return a call's length: mostly under half a minute, now and then longer."""
    return int(1000 * min(90.0, max(4.0, random.lognormvariate(2.9, 0.7))))


@dataclass
class Traffic:
    """Carriers and phones that stay, and calls that come and go."""

    target: Address
    phone_prefix: str
    cast: Cast = field(default_factory=Cast)
    carriers: dict[str, CalledParty] = field(default_factory=dict)
    phones: dict[str, CalledParty] = field(default_factory=dict)
    registered: dict[str, Phone] = field(default_factory=dict)
    up: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(MOST_CALLS))

    def refresh(self) -> None:
        """Read the cast again; give new gateways a carrier and new extensions a phone."""
        self.cast = load_cast(self.phone_prefix)
        there = self.carriers.keys() | self.registered.keys()
        for name, address in (*self.cast.carriers.items(), *self.cast.receivers.items()):
            if name not in self.carriers:
                self._open(self.carriers, name, CalledParty(address, LINES, traced=False))
        for phone in self.cast.phones:
            if phone.credentials.user not in self.registered:
                self._register(phone)
        come = (self.carriers.keys() | self.registered.keys()) - there
        qualify(f"trunk.{name.split()[0]}" if name in self.cast.receivers else name for name in sorted(come))

    def _register(self, phone: Phone) -> None:
        outcome = register(phone.credentials, phone=phone.address, target=self.target, expires=2 * REGISTRATION_SECONDS)
        if outcome.trace.statuses("REGISTER")[-1:] != [200]:
            return
        self.registered[phone.credentials.user] = phone
        say(f"extension {phone.number} of {phone.customer} registered")
        self._open(self.phones, phone.credentials.user, CalledParty(phone.address, PHONES, traced=False))

    def renew(self) -> None:
        """Register every phone anew."""
        for party in self.phones.values():
            party.stop()
        self.phones.clear()
        self.registered.clear()

    def _open(self, shelf: dict[str, CalledParty], name: str, party: CalledParty) -> None:
        try:
            party.start()
        except (StartError, OSError) as error:
            say(f"{name} cannot listen at {party.address}: {error}")
        else:
            shelf[name] = party

    def choose(self) -> Callable[[], None] | None:
        """Return the next call, or None when nobody is there to make it."""
        kinds = (self._outgoing, self._from_trunk, self._incoming, self._internal)
        kind = random.choices(kinds, weights=(45, 20, 28, 7))[0]
        return kind()

    def _outgoing(self) -> Callable[[], None] | None:
        if not self.registered or not self.cast.patterns:
            return None
        phone = random.choice(list(self.registered.values()))
        call = Call(likely_number(self.cast.patterns), credentials=phone.credentials, hold_ms=hold_ms())
        return lambda: self._place(f"extension {phone.number} of {phone.customer}", call, Address(phone.address.host))

    def _from_trunk(self) -> Callable[[], None] | None:
        if not self.cast.trunks or not self.cast.patterns:
            return None
        customer, source = random.choice(list(self.cast.trunks.items()))
        caller = random.choice([number for number, _ in self.cast.dids] or ["551140001000"])
        call = Call(likely_number(self.cast.patterns), caller=caller, hold_ms=hold_ms())
        return lambda: self._place(f"trunk of {customer}", call, source)

    def _incoming(self) -> Callable[[], None] | None:
        if not self.cast.carriers or not self.cast.dids:
            return None
        did, gateway = random.choice(self.cast.dids)
        address = self.cast.carriers[gateway]
        number = written_by_carrier(did, self.cast.formats[gateway])
        call = Call(number, caller=number_for("_119[6-9]XXXXXXX"), hold_ms=hold_ms())
        return lambda: self._place(gateway, call, Address(address.host))

    def _internal(self) -> Callable[[], None] | None:
        phones = list(self.registered.values())
        pairs = [(a, b) for a in phones for b in phones if a.customer == b.customer and a.number != b.number]
        if not pairs:
            return None
        caller, called = random.choice(pairs)
        call = Call(called.number, credentials=caller.credentials, hold_ms=hold_ms())
        return lambda: self._place(
            f"extension {caller.number} of {caller.customer}", call, Address(caller.address.host)
        )

    def _place(self, who: str, call: Call, source: Address) -> None:
        try:
            outcome = place_call(call, source=source, target=self.target, seconds=call.hold_ms / 1000 + 40)
            if outcome.exit_code >= 0:
                say(f"{who} -> {call.number}: {_how(outcome, call)}")
        finally:
            self.up.release()

    def run(self) -> None:
        """Place calls until the process is told to end."""
        refresh_at = renew_at = 0.0
        while True:
            now = time.monotonic()
            if now >= renew_at:
                self.renew()
                renew_at = now + REGISTRATION_SECONDS
            if now >= refresh_at:
                self.refresh()
                refresh_at = now + (CAST_SECONDS if self.registered or not self.cast.phones else 3.0)
            call = self.choose()
            if call is not None and self.up.acquire(blocking=False):
                threading.Thread(target=call, daemon=True).start()
            time.sleep(min(20.0, random.expovariate(1 / MEAN_GAP_SECONDS)))

    def stop(self) -> None:
        """Send everybody home."""
        for party in (*self.carriers.values(), *self.phones.values()):
            party.stop()


def _how(outcome: Outcome, call: Call) -> str:
    if outcome.answered:
        return f"answered, {call.hold_ms / 1000:.0f} s"
    return f"status {outcome.final_status}"


def main() -> None:
    """Play until SIGTERM or Ctrl-C."""
    target = Address(os.environ["VOIPADMIN_DEMO_NODE_HOST"], int(os.environ.get("VOIPADMIN_DEMO_SIP_PORT", "5060")))
    traffic = Traffic(target, os.environ.get("VOIPADMIN_DEMO_PHONES", "127.78.0"))

    def end(*_: object) -> None:
        traffic.stop()
        # Calls that are up end with this process; their threads have nothing more to say.
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    try:
        traffic.run()
    finally:
        traffic.stop()


if __name__ == "__main__":
    main()
