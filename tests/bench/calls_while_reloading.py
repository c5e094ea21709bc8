"""Calls per second through a node at its limit: beside bare `Dial()`, and while changes go live."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from django.db import connection

from tests.bench.calls import AT_ONCE, CALLS, ROUNDS, bare_line, bare_line_beside, calls_per_second, compare
from tests.bench.figure import Figure
from tests.bench.lab import BenchNode, calling_node
from tests.bench.size import LIMIT

PAUSE_SECONDS = 1.0
LONGEST_WAIT = 120.0
FEWEST_RELOADS = 6
SIZE = {"calls_each_round": CALLS, "rounds": ROUNDS, "at_once": AT_ONCE, **LIMIT.facts()}


class Changes:
    """Saves one object after the other and brings each over, in a thread, until it is stopped."""

    def __init__(self, bench: BenchNode) -> None:
        self.live: Counter[str] = Counter()
        self.seconds: list[float] = []
        self._bench = bench
        self._stopped = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run)

    @property
    def enough(self) -> bool:
        """Whether so many went live that the figure means something; raise what went wrong instead."""
        if self._failure is not None:
            raise self._failure
        return sum(self.live.values()) >= FEWEST_RELOADS

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Let changes go on for the time of the block."""
        self._thread.start()
        try:
            yield
        finally:
            self._stopped.set()
            self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        from tests.bench.saves import saves  # noqa: PLC0415 - only now Django is set up

        try:
            for kind, save in saves():
                if self._stopped.wait(PAUSE_SECONDS):
                    return
                began = time.monotonic()
                save()
                self._bench.synchronise()
                self.seconds.append(time.monotonic() - began)
                self.live[kind] += 1
        except BaseException as error:
            self._failure = error
        finally:
            connection.close()


def _at_rest(values: list[float], yardsticks: list[float], of_empty: list[float]) -> Figure:
    return Figure(
        name="calls_through_a_large_node",
        value=round(median(values), 1),
        unit="calls/s",
        yardstick=round(median(yardsticks), 1),
        yardstick_name="bare Dial on the same node, same run",
        wanted="ratio >= 0.9",
        details={**SIZE, "bare_dial_on_an_empty_node": round(median(of_empty), 1)},
    )


def measure() -> Iterator[Figure]:
    """Measure without changes, then with them; a call that fails ends the measurement.

    The dialplan is compared with bare Dial on the same node: the time that PJSIP takes there to find out who calls is
    in both. Bare Dial on an Asterisk without objects says how long that is.
    """
    with bare_line() as empty, calling_node(LIMIT) as bench:
        values, yardsticks, of_empty = compare(bench.line(), bare_line_beside(bench.line()), empty)
        yield _at_rest(values, yardsticks, of_empty)
        changes = Changes(bench)
        rounds: list[float] = []
        deadline = time.monotonic() + LONGEST_WAIT
        with changes.going_on():
            while len(rounds) < ROUNDS or (not changes.enough and time.monotonic() < deadline):
                rounds.append(calls_per_second(bench.line()))
    yield Figure(
        name="calls_while_reloading",
        value=round(median(rounds), 1),
        unit="calls/s",
        yardstick=round(median(values), 1),
        yardstick_name="the same node at rest, same run",
        wanted="no failed call",
        details={
            **SIZE,
            "rounds": len(rounds),
            "calls": CALLS * len(rounds),
            "failed_calls": 0,
            "slowest_round": round(min(rounds), 1),
            **{f"live_changes_of_a_{kind}": count for kind, count in changes.live.items()},
            "change_to_live_p50_s": round(median(changes.seconds), 2),
            "change_to_live_longest_s": round(max(changes.seconds), 2),
        },
    )
