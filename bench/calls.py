"""How many calls a second go through an Asterisk, and bare `Dial()` between two SIPp as the yardstick."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from deploy.trial.asterisk import AsteriskInstance
from deploy.trial.asterisk_tree import ensure_tree
from deploy.trial.called_party import Behaviour, CalledParty
from deploy.trial.sipp import Address, Call, place_call
from tests.lab.configuration import GATEWAY, TRUNK, write_generation

CALLS = int(os.environ.get("BENCH_CALLS", "3000"))
AT_ONCE = 40
ROUNDS = 3
CUSTOMERS = 4
CARRIER_PORT = 5090
BARE_DIALPLAN = """
[from-internal]
exten => _X.,1,Dial(PJSIP/${EXTEN}@GW_Bench,30)
"""


class CallsFailedError(RuntimeError):
    """Not every call of a measurement was answered: its rate means nothing."""


@dataclass(frozen=True)
class Line:
    """A way through one Asterisk: from customers' addresses, with a number, to a carrier's address."""

    asterisk: AsteriskInstance
    customers: tuple[Address, ...]
    carrier: Address
    number: str = "01140001234"


def calls_per_second(line: Line, calls: int = CALLS) -> float:
    """Place `calls` answered calls without talk, at most AT_ONCE of them up, as fast as Asterisk takes them.

    Several customers share them: one may place 500 calls a second at most.
    """
    share = len(line.customers)
    call = Call(line.number, hold_ms=0, count=calls // share, rate=1000, at_once=AT_ONCE // share, traced=False)
    place = partial(place_call, call, target=Address(*line.asterisk.sip), seconds=300)
    with (
        CalledParty(line.carrier, Behaviour(ring_ms=0), traced=False),
        ThreadPoolExecutor(share) as pool,
    ):
        began = time.monotonic()
        outcomes = list(pool.map(lambda source: place(source=source), line.customers))
        seconds = time.monotonic() - began
    if failed := [outcome for outcome in outcomes if outcome.exit_code != 0]:
        raise CallsFailedError(f"SIPp ended with {failed[0].exit_code}: {failed[0].complaints[:500]}")
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
    """An Asterisk with a few customers, one carrier and nothing but Dial between them."""
    customers = tuple(Address(f"127.90.0.{10 + n}") for n in range(CUSTOMERS))
    carrier = Address("127.90.0.9", CARRIER_PORT)
    instance = AsteriskInstance(ensure_tree(), f"bench-bare-{os.getpid()}", sip_address="127.90.0.1")
    try:
        instance.start()
        write_generation(
            instance,
            {
                "pjsip_gateways.conf": GATEWAY.format(name="GW_Bench", address=carrier, host=carrier.host),
                "pjsip_customer_trunks.conf": "".join(
                    TRUNK.format(name=f"C{n}", host=customer.host) for n, customer in enumerate(customers)
                ),
                "extensions_routes.conf": BARE_DIALPLAN,
            },
        )
        instance.wait_for("pjsip show endpoints", "GW_Bench")
        yield Line(instance, customers, carrier)
    finally:
        instance.remove()
