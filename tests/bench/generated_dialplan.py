"""Figure (a): calls per second through the generated dialplan, each asked about, beside bare `Dial()`."""

from collections.abc import Iterator
from statistics import median

from tests.bench.calls import AT_ONCE, CALLS, ROUNDS, bare_line, compare
from tests.bench.figure import Figure
from tests.bench.lab import calling_node
from tests.bench.size import EXTENSIONS, NUMBERS, ROUTES


def measure() -> Iterator[Figure]:
    """Measure both in turn and yield the medians."""
    with bare_line() as yardstick, calling_node() as bench:
        values, yardsticks = compare(bench.line(), yardstick)
    yield Figure(
        name="calls_per_second",
        value=round(median(values), 1),
        unit="calls/s",
        yardstick=round(median(yardsticks), 1),
        yardstick_name="bare Dial, same run",
        wanted="ratio 0.9; each call is asked about, docs/adr/0017 says what that costs",
        details={
            "calls_each_round": CALLS,
            "rounds": ROUNDS,
            "at_once": AT_ONCE,
            "extensions": EXTENSIONS,
            "numbers": NUMBERS,
            "routes": ROUTES,
        },
    )
