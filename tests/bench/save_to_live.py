"""From saving a form's object to Asterisk having it, read back and recorded, through a real worker."""

import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count, cycle, islice
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from uuid import UUID

from deploy.trial.process import Child, start_child
from tests.bench.figure import Figure
from tests.bench.lab import BenchNode, bench_node
from tests.bench.size import SMALL, Size

SAVES = int(os.environ.get("BENCH_SAVES", "60"))
KINDS = ("extension", "number", "route")
WARMING = 4 * len(KINDS)
RELOADS = 20
# Apart from each other: each is a save of its own, not a burst.
PAUSE_SECONDS = 0.2
LONGEST_SECONDS = 120.0
ROOT = Path(__file__).resolve().parents[2]


def measure() -> Iterator[Figure]:
    """Measure at a small node."""
    yield figure("save_to_live", SMALL, "< 2 s")


def figure(name: str, size: Size, wanted: str) -> Figure:
    """Save objects of three kinds in turn; the yardstick is Asterisk's own reload of as many objects."""
    with bench_node(size) as bench, worker_process() as worker:
        worker.wait_until(lambda: "ready." in worker.log.read_text(), 60)
        changes = saves()
        # Each process of the worker reads everything once; that is the price of its start, not of a save.
        first = [until_live(bench.node_id, save) for _kind, save in islice(changes, WARMING)]
        seconds: dict[str, list[float]] = defaultdict(list)
        for kind, save in islice(changes, SAVES):
            seconds[kind].append(until_live(bench.node_id, save))
        steps = {kind: _steps(bench.node_id, kind) for kind in seconds}
        reloads = [_reload_everything(bench) for _ in range(RELOADS)]
    everything = [value for values in seconds.values() for value in values]
    return Figure(
        name=name,
        value=round(p95(everything), 3),
        unit="s (p95)",
        yardstick=round(p95(reloads), 3),
        yardstick_name="Asterisk alone: reload of all its files over AMI, p95",
        wanted=wanted,
        details={
            "p50": round(median(everything), 3),
            "longest": round(max(everything), 3),
            "first_of_a_new_worker": round(max(first), 3),
            "saves": len(everything),
            **size.facts(),
            **{f"{kind}_p50": round(median(values), 3) for kind, values in seconds.items()},
            **{f"{kind}_p95": round(p95(values), 3) for kind, values in seconds.items()},
            **{f"{kind}_{step}_ms": value for kind, timings in steps.items() for step, value in timings.items()},
        },
    )


@contextmanager
def worker_process() -> Iterator[Child]:
    with tempfile.TemporaryDirectory() as folder:
        child = start_child(
            [sys.executable, "-m", "celery", "-A", "voipadmin", "worker", "--concurrency", "2", "--loglevel", "info"],
            name="celery worker",
            log=Path(folder) / "worker.log",
            env=os.environ,
            cwd=ROOT,
        )
        try:
            yield child
        finally:
            child.stop()


def saves() -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield kinds and saves without end: a new extension, a number that is forwarded, a route with another prefix."""
    # Models can be imported only now, when Django is set up.
    from customers.models import Customer, Extension  # noqa: PLC0415
    from numbering.models import DestinationType, DIDAllocation  # noqa: PLC0415
    from routing.models import Route  # noqa: PLC0415
    from voipadmin.core.services import save_object  # noqa: PLC0415

    office = Customer.objects.filter(type="extension").order_by("code")[0]
    allocations = cycle(DIDAllocation.objects.order_by("pk")[:200])
    routes = cycle(Route.objects.order_by("pk")[:20])
    for number in count(5000):
        yield "extension", partial(save_object, Extension(customer=office, number=str(number)))
        allocation = next(allocations)
        allocation.destination_type, allocation.extension = DestinationType.FORWARD, None
        allocation.forward_to = f"55114000{number}"
        yield "number", partial(save_object, allocation)
        route = next(routes)
        route.prepend = str(number)
        yield "route", partial(save_object, route)


def _steps(node_id: UUID, kind: str) -> dict[str, int]:
    """Return the milliseconds of each step, median of the measured runs of a kind, which came in turn."""
    from asterisk_sync.models import RunOutcome, SyncRun  # noqa: PLC0415 - see above

    runs = list(SyncRun.objects.filter(node=node_id, outcome=RunOutcome.APPLIED).order_by("-created_at")[:SAVES])
    timings = [run.timings for run in runs[::-1][KINDS.index(kind) :: len(KINDS)]]
    names = dict.fromkeys(name for item in timings for name in item)
    return {name: round(median(item.get(name, 0) for item in timings)) for name in names}


def until_live(node_id: UUID, save: Callable[[], Any]) -> float:
    from asterisk_sync.models import Node, SyncState  # noqa: PLC0415 - see above

    time.sleep(PAUSE_SECONDS)
    began = time.perf_counter()
    save()
    wanted = Node.objects.values_list("desired_generation", flat=True).get(pk=node_id)
    while True:
        node = Node.objects.only("applied_generation", "state", "reason").get(pk=node_id)
        took = time.perf_counter() - began
        if node.applied_generation >= wanted:
            return took
        if node.state == SyncState.REFUSED or took > LONGEST_SECONDS:
            raise RuntimeError(f"not live after {took:.1f} s: {node.state} {node.reason}")
        time.sleep(0.005)


def _reload_everything(bench: BenchNode) -> float:
    from tests.ami import ami_session  # noqa: PLC0415 - see above

    config = bench.asterisk.config
    for path in (bench.asterisk.config_dir / "voipadmin" / "current").glob("*.conf"):
        os.utime(path)
    began = time.perf_counter()
    with ami_session(bench.asterisk.ami_address, bench.asterisk.ami_port, "voipadmin", config.ami_secret) as ami:
        for module in ("res_pjsip.so", "pbx_config.so"):
            ami.request("Reload", Module=module, timeout=60)
    return time.perf_counter() - began


def p95(values: list[float]) -> float:
    return quantiles(values, n=20, method="inclusive")[-1]
