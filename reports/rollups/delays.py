"""Post-dial delays in steps of ten percent, so that those of many hours can be put together; pure."""

import math
from collections.abc import Mapping

RATIO = 1.1
# Half a step: no percentile is further from that of the delays themselves.
LARGEST_ERROR = math.sqrt(RATIO) - 1
SHORTEST_MS = 1


def step_of(milliseconds: int) -> int:
    """Return the step of a delay; `reports.rollups.counting` computes the same in SQL."""
    return math.floor(math.log(max(milliseconds, SHORTEST_MS)) / math.log(RATIO))


def delay_of(step: int) -> float:
    """Return the milliseconds in the middle of a step."""
    return float(RATIO ** (step + 0.5))


def percentile(counts: Mapping[int, int], fraction: float) -> int | None:
    """Return the delay in milliseconds that `fraction` of all are not above, to within LARGEST_ERROR; or None."""
    total = sum(counts.values())
    if not total:
        return None
    wanted = max(1, math.ceil(fraction * total))
    seen = 0
    for step in sorted(counts):
        seen += counts[step]
        if seen >= wanted:
            return round(delay_of(step))
    return None
