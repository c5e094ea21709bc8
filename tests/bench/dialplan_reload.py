"""What a reload of the dialplan costs as numbers become more, and the same with all in one context, ascending."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from statistics import median

import django

from deploy.trial.asterisk_tree import ensure_tree
from tests.bench.figure import Figure
from tests.bench.growth import exponent, extrapolate, sizes
from tests.bench.synthetic import FedAsterisk, numbers

django.setup()

# The renderer reads its templates from where the settings say.
from asterisk_sync.rendering import render_files  # noqa: E402 - see above
from asterisk_sync.snapshot.values import Snapshot  # noqa: E402 - see above

SIZES = sizes("BENCH_DIALPLAN_SIZES", "1000,10000,100000")
# The flat layout takes minutes at 100,000 numbers: beyond these sizes it is worked out from its own growth.
FLAT_SIZES = sizes("BENCH_FLAT_SIZES", "1000,10000,20000,40000")
ROUNDS = 3
LARGEST_REPEATED = 10_000


def measure() -> Iterator[Figure]:
    """Measure our layout, with numbers that begin alike and with numbers from everywhere, and the flat one."""
    largest = SIZES[-1]
    with _running() as asterisk:
        alike = {size: _seconds(asterisk, size, _ours, one_prefix=True) for size in SIZES}
        memory = asterisk.memory_mib
        spread = {size: _seconds(asterisk, size, _ours, one_prefix=False) for size in SIZES}
    flat = flat_costs()
    yield Figure(
        name="dialplan_reload",
        value=round(alike[largest], 2),
        unit=f"s with {largest:,} numbers of one prefix",
        yardstick=round(flat.get(largest, extrapolate(flat, largest)), 1),
        yardstick_name="all in one context, ascending"
        + ("" if largest in flat else ", extrapolated by its own growth"),
        wanted="near linear",
        details={
            **{f"one_prefix_{size}_s": round(cost, 3) for size, cost in alike.items()},
            **{f"everywhere_{size}_s": round(cost, 3) for size, cost in spread.items()},
            **{f"flat_{size}_s": round(cost, 3) for size, cost in flat.items()},
            "one_prefix_exponent": exponent(alike),
            "everywhere_exponent": exponent(spread),
            "flat_exponent": exponent(flat),
            "memory_mib": memory,
            "rounds": ROUNDS,
        },
    )


def flat_costs() -> dict[int, float]:
    """Return the seconds of a reload of so many numbers in one context, in ascending order."""
    with _running() as asterisk:
        return {size: _seconds(asterisk, size, _flat, one_prefix=True) for size in FLAT_SIZES}


def _seconds(
    asterisk: FedAsterisk, size: int, layout: Callable[[Snapshot], Mapping[str, str]], *, one_prefix: bool
) -> float:
    """Return the time of a reload in which Asterisk reads all numbers; what was there before went in one before it."""
    files = layout(numbers(size, one_prefix=one_prefix))
    took = []
    for _ in range(ROUNDS if size <= LARGEST_REPEATED or layout is _ours else 1):
        asterisk.put(dict.fromkeys(files, "; empty\n"))
        asterisk.reload("pbx_config.so")
        asterisk.put(files)
        took.append(asterisk.reload("pbx_config.so"))
    found = asterisk.cli("dialplan show").rstrip().rpartition("\n")[2]
    if int(found.split()[1]) < size:
        raise RuntimeError(f"not all of {size} numbers are live: {found}")
    return median(took)


def _ours(snapshot: Snapshot) -> Mapping[str, str]:
    files = render_files(snapshot, 1)
    return {name: text for name, text in files.items() if name.startswith("extensions_")}


def _flat(snapshot: Snapshot) -> Mapping[str, str]:
    lines = (
        f"exten => {did.number},1,Gosub(customer,{did.destination},1({did.id},,{did.number},{did.forward_to}))\n"
        for did in snapshot.dids
    )
    return {"extensions_dids.conf": "[flat]\n" + "".join(lines)}


@contextmanager
def _running() -> Iterator[FedAsterisk]:
    asterisk = FedAsterisk(ensure_tree(), f"bench-dialplan-{os.getpid()}")
    try:
        asterisk.start()
        yield asterisk
    finally:
        asterisk.remove()
