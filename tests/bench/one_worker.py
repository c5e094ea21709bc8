"""`python -m tests.bench.one_worker NODE`: bring everything over, then single changes; the last line is JSON."""

import json
import os
import sys
from collections import defaultdict
from statistics import median
from uuid import UUID

import django

from tests.bench.growth import memory_mib

CHANGES_OF_A_KIND = 3
KINDS = 3


def main() -> None:
    """Do what a worker does, and tell how long each step took."""
    django.setup()
    # Models and what stands on them can be imported only now.
    from asterisk_sync.models import RunOutcome  # noqa: PLC0415
    from asterisk_sync.pipeline.run import synchronise  # noqa: PLC0415
    from tests.bench.saves import saves  # noqa: PLC0415

    node_id = UUID(sys.argv[1])
    at_start = memory_mib(os.getpid())
    found: dict[str, list[dict[str, int]]] = defaultdict(list)

    def bring_over(kind: str) -> None:
        run = synchronise(node_id)
        if run is None or run.outcome != RunOutcome.APPLIED:
            raise RuntimeError(f"{kind} did not go live: {run and run.reason}")
        found[kind].append(run.timings)

    bring_over("everything")
    for (kind, save), _ in zip(saves(), range(KINDS * CHANGES_OF_A_KIND), strict=False):
        save()
        bring_over(kind)
    timings = {kind: _medians(runs) for kind, runs in found.items()}
    print(json.dumps(timings | {"worker_at_start_mib": at_start, "worker_mib": memory_mib(os.getpid())}), flush=True)


def _medians(runs: list[dict[str, int]]) -> dict[str, int]:
    steps = dict.fromkeys(step for run in runs for step in run)
    return {step: round(median(run.get(step, 0) for run in runs)) for step in steps}


if __name__ == "__main__":
    main()
