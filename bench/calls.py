"""Calls per second: bare `Dial()` between two SIPp as the yardstick, and the generated dialplan beside it."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from bench.figure import Figure
from deploy.trial.asterisk import AsteriskInstance
from deploy.trial.asterisk_tree import ensure_tree
from deploy.trial.called_party import Behaviour, CalledParty
from deploy.trial.sipp import Address, Call, place_call
from tests.lab.configuration import GATEWAY, TRUNK, write_generation

CALLS = int(os.environ.get("BENCH_CALLS", "2000"))
AT_ONCE = 40
ROUNDS = 3
BARE_DIALPLAN = """
[from-internal]
exten => _X.,1,Dial(PJSIP/${EXTEN}@GW_Bench,30)
"""


class CallsFailedError(RuntimeError):
    """Not every call of a measurement was answered: its rate means nothing."""


@dataclass(frozen=True)
class Line:
    """A way through one Asterisk: from a customer's address, with a number, to a carrier's address."""

    asterisk: AsteriskInstance
    customer: Address
    carrier: Address
    number: str = "5511987654321"


def calls_per_second(line: Line, calls: int = CALLS) -> float:
    """Place `calls` answered calls without talk, at most AT_ONCE of them up, as fast as Asterisk takes them."""
    call = Call(line.number, hold_ms=0, count=calls, rate=2000, at_once=AT_ONCE, traced=False)
    with CalledParty(line.carrier, Behaviour(ring_ms=0), traced=False):
        began = time.monotonic()
        outcome = place_call(call, source=line.customer, target=Address(*line.asterisk.sip), seconds=300)
        seconds = time.monotonic() - began
    if outcome.exit_code != 0:
        raise CallsFailedError(f"SIPp ended with {outcome.exit_code}: {outcome.complaints[:500]}")
    return calls / seconds


def compare(subject: Line, yardstick: Line) -> tuple[list[float], list[float]]:
    """Measure both in turn, so that what else the machine does falls on both."""
    for line in (subject, yardstick):
        calls_per_second(line, calls=100)
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        found[0].append(calls_per_second(subject))
        found[1].append(calls_per_second(yardstick))
    return found


@contextmanager
def bare_line() -> Iterator[Line]:
    """An Asterisk with one customer, one carrier and nothing but Dial between them."""
    customer, carrier = Address("127.90.0.8"), Address("127.90.0.9", 5090)
    instance = AsteriskInstance(ensure_tree(), f"bench-bare-{os.getpid()}", sip_address="127.90.0.1")
    try:
        instance.start()
        write_generation(
            instance,
            {
                "pjsip_gateways.conf": GATEWAY.format(name="GW_Bench", address=carrier, host=carrier.host),
                "pjsip_customer_trunks.conf": TRUNK.format(name="C1", host=customer.host),
                "extensions_routes.conf": BARE_DIALPLAN,
            },
        )
        instance.wait_for("pjsip show endpoints", "GW_Bench")
        yield Line(instance, customer, carrier)
    finally:
        instance.remove()


def measure() -> Iterator[Figure]:
    """Compare the generated dialplan with bare Dial."""
    # The generated configuration needs Django, which is set up by the module that makes it.
    from bench.generated import generated_line  # noqa: PLC0415

    with bare_line() as yardstick, generated_line() as subject:
        values, yardsticks = compare(subject, yardstick)
    yield Figure(
        name="calls_per_second",
        value=round(median(values), 1),
        unit="calls/s",
        yardstick=round(median(yardsticks), 1),
        yardstick_name="bare Dial, same run",
        wanted="ratio >= 0.8",
        details={"calls_each_round": CALLS, "rounds": ROUNDS, "at_once": AT_ONCE},
    )
