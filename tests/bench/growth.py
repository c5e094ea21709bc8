"""How cost grows with size, and what a process uses."""

import math
import os
from collections.abc import Mapping
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def exponent(costs: Mapping[int, float]) -> float:
    """Return e where cost grows as size to the power of e: 1 is linear, 2 the square; least squares on logarithms."""
    points = [(math.log(size), math.log(max(cost, 1e-4))) for size, cost in costs.items()]
    middle_x = sum(x for x, _ in points) / len(points)
    middle_y = sum(y for _, y in points) / len(points)
    spread = sum((x - middle_x) ** 2 for x, _ in points)
    return round(sum((x - middle_x) * (y - middle_y) for x, y in points) / spread, 2) if spread else 0.0


def extrapolate(costs: Mapping[int, float], size: int) -> float:
    """Return what `size` would cost if it went on growing as between the two largest sizes that were measured."""
    (_, before), (largest, cost) = sorted(costs.items())[-2:]
    two_largest = dict(sorted(costs.items())[-2:])
    return cost * (size / largest) ** exponent(two_largest) if before else cost


def memory_mib(pid: int) -> int:
    """Return the resident memory of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process has used, of all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


def sizes(variable: str, default: str) -> tuple[int, ...]:
    """Return the sizes to measure, from the environment or as given: `1000,2000`."""
    return tuple(int(part) for part in os.environ.get(variable, default).split(","))
