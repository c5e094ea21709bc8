"""A thousand saves without a pause, as an import does them: how many reloads, and how soon the last is live."""

import os
import time
from collections.abc import Iterator
from itertools import islice
from uuid import UUID

from tests.bench.figure import Figure
from tests.bench.lab import bench_node
from tests.bench.save_to_live import WARMING, saves, until_live, worker_process
from tests.bench.size import SMALL

SAVES = int(os.environ.get("BENCH_BURST", "1000"))


def measure() -> Iterator[Figure]:
    """Save as fast as the database takes it, each save a transaction of its own; the yardstick is a reload for each."""
    with bench_node(SMALL) as bench, worker_process() as worker:
        worker.wait_until(lambda: "ready." in worker.log.read_text(), 60)
        changes = saves()
        for _kind, save in islice(changes, WARMING):
            until_live(bench.node_id, save)
        before, began = _runs(bench.node_id), time.perf_counter()
        for _kind, save in islice(changes, SAVES - 1):
            save()
        saved = time.perf_counter() - began
        last = until_live(bench.node_id, next(changes)[1])
        runs = _runs(bench.node_id) - before
        alone = until_live(bench.node_id, next(changes)[1])
    yield Figure(
        name="burst_of_saves",
        value=runs,
        unit="reloads",
        yardstick=SAVES,
        yardstick_name="a reload for each save",
        wanted="a handful",
        details={
            "saves": SAVES,
            "seconds_to_save_them": round(saved, 2),
            "last_save_to_live_seconds": round(last, 3),
            "lone_save_right_after_seconds": round(alone, 3),
            **SMALL.facts(),
        },
    )


def _runs(node_id: UUID) -> int:
    # Models can be imported only now, when Django is set up.
    from asterisk_sync.models import SyncRun  # noqa: PLC0415

    return SyncRun.objects.filter(node=node_id).count()
