"""The steps of the pipeline at which the battery injects faults: the one place that names functions of the product."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce, wraps
from importlib import import_module
from typing import Any

from tests.faults.gate import Gate


@dataclass(frozen=True)
class Point:
    """A function of the product, and whether to stop before or after it; `nth` counts its calls of one run."""

    module: str
    name: str
    after: bool = False
    nth: int = 1


# No run is under way.
IDLE = "idle"
POINTS = {
    "lock": Point("asterisk_sync.pipeline.history", "begin"),
    "snapshot": Point("asterisk_sync.pipeline.candidate", "load_snapshot"),
    "render": Point("asterisk_sync.pipeline.candidate", "render_files"),
    "validate": Point("asterisk_sync.pipeline.candidate", "validate"),
    # The throwaway Asterisk is up.
    "try": Point("asterisk_sync.throwaway.trial", "_compare"),
    "connect": Point("asterisk_sync.pipeline.run", "connected"),
    # Half of the files are there.
    "write": Point("asterisk_sync.generations.folder", "_write_file", nth=3),
    "switch": Point("asterisk_sync.generations.folder", "NodeFolder.switch"),
    # The link leads to the new set, Asterisk still has the old one.
    "switched": Point("asterisk_sync.generations.folder", "NodeFolder.switch", after=True),
    # Peers are reloaded, the dialplan is not.
    "reload": Point("asterisk_sync.reload.reloader", "reload_module", after=True),
    "verify": Point("asterisk_sync.reload.reloader", "wait_until_live"),
    # Inside the transaction that records the run.
    "record": Point("asterisk_sync.pipeline.history", "_record_generation", after=True),
    # Recorded; the lock is still held.
    "recorded": Point("asterisk_sync.pipeline.history", "finish", after=True),
}
EVERY_STEP = (*POINTS,)


def watch(gate: Gate) -> None:
    """Make every step of this process ask `gate`; a name that the product no longer has is an error."""
    for step, point in POINTS.items():
        *path, name = point.name.split(".")
        holder = reduce(getattr, path, import_module(point.module))
        setattr(holder, name, _stopping(getattr(holder, name), step, point, gate))


def _stopping(original: Callable[..., Any], step: str, point: Point, gate: Gate) -> Callable[..., Any]:
    calls = 0

    def pass_by() -> None:
        nonlocal calls
        calls = calls + 1 if gate.is_armed(step) else 0
        if calls == point.nth:
            calls = 0
            gate.stop_here()

    @wraps(original)
    def stopping(*args: Any, **kwargs: Any) -> Any:
        if not point.after:
            pass_by()
        result = original(*args, **kwargs)
        if point.after:
            pass_by()
        return result

    return stopping
