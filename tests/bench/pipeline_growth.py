"""How each step of the synchronisation grows from 1,000 to 100,000 objects, and the memory of worker and Asterisk.

Each size has a database, an Asterisk and a worker of its own.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from tests.bench.dialplan_reload import FLAT_SIZES, flat_costs
from tests.bench.figure import Figure
from tests.bench.growth import exponent, sizes

SIZES = sizes("BENCH_PIPELINE_SIZES", "1000,10000,100000")


def measure() -> Iterator[Figure]:
    """Measure each size, and the flat layout of as many numbers."""
    found = {size: _measured(size) for size in SIZES}
    flat = flat_costs()
    totals = {size: facts["everything"]["total"] for size, facts in found.items()}
    yield Figure(
        name="pipeline_growth",
        value=exponent(totals),
        unit="exponent of the time of a whole set over its size (1: linear, 2: its square)",
        yardstick=exponent(flat),
        yardstick_name=f"reload of a flat dialplan of {FLAT_SIZES[0]:,} to {FLAT_SIZES[-1]:,} numbers, exponent",
        wanted="near 1",
        details={**_milliseconds(found), **_exponents(found), **{f"flat_{n}_s": round(s, 3) for n, s in flat.items()}},
    )
    largest = found[SIZES[-1]]
    yield Figure(
        name="memory_of_a_node",
        value=largest["worker_mib"],
        unit=f"MiB of the worker with {SIZES[-1]:,} objects",
        yardstick=largest["asterisk_mib"],
        yardstick_name="MiB of its Asterisk",
        wanted="no more than a small machine has",
        details={
            f"{name}_{size}_mib": facts[f"{name}_mib"]
            for name in ("worker", "worker_at_start", "asterisk", "asterisk_at_start")
            for size, facts in found.items()
        },
    )


def _measured(size: int) -> dict[str, Any]:
    """Run `bench.one_size` and return what its last line says."""
    command = [sys.executable, "-m", "tests.bench.one_size", str(size)]
    output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    facts: dict[str, Any] = json.loads(output.strip().rpartition("\n")[2])
    return facts


def _milliseconds(found: dict[int, dict[str, Any]]) -> dict[str, int]:
    return {
        f"{what}_{step}_{size}_ms": milliseconds
        for what in ("everything", "number", "route", "extension")
        for size, facts in found.items()
        for step, milliseconds in facts[what].items()
    }


def _exponents(found: dict[int, dict[str, Any]]) -> dict[str, float]:
    """Return the growth of each step, where it takes long enough at the largest size to say so."""
    steps = found[SIZES[-1]]["everything"]
    return {
        f"everything_{step}_exponent": exponent(
            {n: max(1, facts["everything"].get(step, 0)) for n, facts in found.items()}
        )
        for step in steps
    }
