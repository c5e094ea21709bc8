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
from deploy.trial.traffic.called_party import Behaviour, CalledParty
from deploy.trial.traffic.sipp import Address, Call, place_call
from tests.lab.configuration import GATEWAY, TRUNK, write_generation

CALLS = int(os.environ.get("BENCH_CALLS", "3000"))
AT_ONCE = 40
ROUNDS = 3
CUSTOMERS = 4
CARRIER_PORT = 5090
BARE_CONTEXT = "bench-bare"
BARE_DIALPLAN = f"""
[{BARE_CONTEXT}]
exten => _X.,1,Dial(PJSIP/${{EXTEN}}@GW_Bench,30)
"""
BARE_CUSTOMERS = tuple(Address(f"127.90.0.{10 + n}") for n in range(CUSTOMERS))


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


def compare(*lines: Line) -> list[list[float]]:
    """Measure all in turn, so that what else the machine does falls on all; return the rates of each."""
    for line in lines:
        calls_per_second(line, calls=100)
    rounds = [[calls_per_second(line) for line in lines] for _ in range(ROUNDS)]
    return [list(rates) for rates in zip(*rounds, strict=True)]


@contextmanager
def bare_line() -> Iterator[Line]:
    """An Asterisk with a few customers, one carrier and nothing but Dial between them."""
    carrier = Address("127.90.0.9", CARRIER_PORT)
    instance = AsteriskInstance(ensure_tree(), f"bench-bare-{os.getpid()}", sip_address="127.90.0.1")
    try:
        instance.start()
        write_generation(
            instance,
            {
                "pjsip_gateways.conf": GATEWAY.format(name="GW_Bench", address=carrier, host=carrier.host),
                "pjsip_customer_trunks.conf": _bare_trunks(),
                "extensions_routes.conf": BARE_DIALPLAN,
            },
        )
        instance.wait_for("pjsip show endpoints", "GW_Bench")
        yield Line(instance, BARE_CUSTOMERS, carrier)
    finally:
        instance.remove()


def bare_line_beside(line: Line) -> Line:
    """Add a few customers by hand to the Asterisk of `line`, with nothing but Dial between them and its carrier."""
    config = line.asterisk.config_dir
    with (config / "pjsip.conf").open("a") as file:
        file.write(_bare_trunks())
    with (config / "extensions.conf").open("a") as file:
        file.write(BARE_DIALPLAN)
    line.asterisk.cli("module reload res_pjsip.so")
    line.asterisk.cli("dialplan reload")
    line.asterisk.wait_for("pjsip show endpoint +bare0", "Endpoint:  +bare0")
    return Line(line.asterisk, BARE_CUSTOMERS, line.carrier)


def _bare_trunks() -> str:
    # PJSIP looks through the addresses in the order of names: these come right before those of generated trunks.
    return "".join(
        TRUNK.format(name=f"+bare{n}", host=customer.host, context=BARE_CONTEXT)
        for n, customer in enumerate(BARE_CUSTOMERS)
    )
