"""One run: calls go up, people save, something breaks at a step, and what it cost is measured."""

import contextlib
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from random import Random

from django.db import DatabaseError, connection

from asterisk_sync.changes.services import request_sync
from asterisk_sync.models import DriftFinding
from tests.faults.calls import CALLS, LongCalls
from tests.faults.engines import Engines
from tests.faults.faults import Fault, Saves
from tests.faults.installation import Installation
from tests.faults.page import Operator
from tests.faults.reading import TALK, foreign_files, live_markers, markers_on_disk
from tests.faults.steps import IDLE
from tests.faults.watcher import Watcher

# A worker that the fault before killed has to come back first.
REACH_SECONDS = 90.0
# A run that needs more than a minute has failed; how much more is worth knowing.
PATIENCE_SECONDS = 150.0
POLL_SECONDS = 0.1


class NeverSettledError(RuntimeError):
    """The installation was not in order before a run."""


class BlindError(RuntimeError):
    """Something that was broken on purpose was not seen."""


@dataclass
class Outcome:
    """What one run cost."""

    fault: str
    step: str
    number: int
    lost: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    dropped: int = 0
    lost_with_asterisk: int = 0
    seconds: float = 0.0
    form_seconds: float | None = None
    saves_refused: int = 0
    restarts: dict[str, int] = field(default_factory=dict)


@dataclass
class Battery:
    """Runs faults on one installation, one after the other."""

    site: Installation
    operator: Operator
    random: Random

    def prove_sight(self) -> None:
        """Show that a lost change, a foreign file and a dropped call are seen: the blind count zeros too."""
        site = self.site
        calls, watcher = LongCalls(site.asterisk, site.company.caller, TALK), Watcher(site.current)
        calls.start()
        site.asterisk.cli("channel request hangup all")
        site.asterisk.wait_for("core show channels count", "0 active channels")
        seen = {"a dropped call": calls.finish() == CALLS}
        calls.stop()
        for worker in site.workers:
            worker.stop()
        site.company.save_several()
        seen["a lost change"] = len(site.company.ledger.lost(site.asterisk)) > 1
        foreign = site.current / "extensions_dids.conf"
        text = foreign.read_text()
        foreign.write_text("")
        watcher.look()
        seen["a foreign file"] = len(watcher.mixed) == 1
        seen["another set that is live"] = live_markers(site.asterisk) != markers_on_disk(site.current)
        foreign.write_text(text)
        for worker in site.workers:
            worker.start()
        self.settle()
        if blind := [name for name, found in seen.items() if not found]:
            raise BlindError(f"the battery does not see {', '.join(blind)}")

    def run(self, fault: Fault, step: str, number: int) -> Outcome:
        """Break it once at `step`."""
        site = self.site
        self.settle()
        # What comes back within ten minutes is left to a person, on purpose; each run is the first of its kind.
        DriftFinding.objects.all().delete()
        outcome = Outcome(fault.name, step, number)
        refused, restarts = site.company.refused, site.restarts()
        watcher, calls = Watcher(site.current), LongCalls(site.asterisk, site.company.caller, TALK)
        try:
            calls.start()
            watcher.start()
            self._break(fault, step, outcome)
            self._converge(fault, watcher, outcome)
            self._count_calls(fault, calls, outcome)
        finally:
            watcher.stop()
            calls.stop()
            self._mend()
        outcome.saves_refused = site.company.refused - refused
        outcome.restarts = {name: count - restarts.get(name, 0) for name, count in site.restarts().items()}
        return outcome

    def _break(self, fault: Fault, step: str, outcome: Outcome) -> None:
        pid = 0
        if step != IDLE:
            self.site.gate.arm(step)
            self.site.company.save_at_once()
            pid = self.site.gate.wait_for_worker(REACH_SECONDS)
        with fault.inject(self.site, pid):
            always = fault.saves is Saves.ALWAYS or (step == IDLE and fault.saves is Saves.SOMETIMES)
            if always or (fault.saves is Saves.SOMETIMES and self.random.random() < 0.5):
                self.site.company.save_several()
            if fault.broker:
                outcome.form_seconds = round(self.operator.save_extension(), 3)
            self.site.gate.let_go()
            time.sleep(fault.seconds)

    def _converge(self, fault: Fault, watcher: Watcher, outcome: Outcome) -> None:
        began = time.monotonic()
        left = ["not looked at yet"]
        while left and time.monotonic() - began < PATIENCE_SECONDS:
            left = self.what_is_wrong()
            if left:
                time.sleep(POLL_SECONDS)
        outcome.seconds, outcome.lost = round(time.monotonic() - began, 2), left
        watcher.stop()
        # What somebody put there by hand is not the pipeline's; what is there in the end is.
        final = Watcher(self.site.current)
        final.look()
        outcome.mixed = sorted(final.mixed if fault.edits_files else watcher.mixed | final.mixed)
        outcome.mixed += sorted(
            f"marker {marker}" for marker in live_markers(self.site.asterisk) ^ markers_on_disk(self.site.current)
        )

    def _count_calls(self, fault: Fault, calls: LongCalls, outcome: Outcome) -> None:
        if fault.ends_asterisk:
            outcome.lost_with_asterisk = CALLS
        else:
            outcome.dropped = calls.finish()

    def what_is_wrong(self) -> list[str]:
        """Return what keeps the node from being what the database says; nothing where all is well."""
        try:
            node = self.site.read_node()
        except DatabaseError as error:
            return [f"the database: {error}"]
        if node.state != "applied" or node.applied_generation != node.desired_generation:
            state = f"{node.state}: wanted {node.desired_generation}, applied {node.applied_generation}"
            return [f"the node is {state}, next try {node.retry_at}: {node.reason}"]
        with contextlib.suppress(OSError, ValueError):
            if foreign := foreign_files(self.site.current):
                return [f"{name} is not of the live set" for name in foreign]
        return self.site.company.ledger.lost(self.site.asterisk)

    def settle(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until everything is in order; raise NeverSettledError."""
        deadline = time.monotonic() + seconds
        while left := self.what_is_wrong():
            if time.monotonic() > deadline:
                raise NeverSettledError("; ".join(left[:5]))
            time.sleep(POLL_SECONDS)

    def start_over(self) -> None:
        """After a run that failed: have the whole set written again by a new worker."""
        self._mend()
        self.site.workers[0].kill()
        with contextlib.suppress(DatabaseError):
            request_sync(node=self.site.read_node())

    def postgres_version(self) -> str:
        """Return the version of the server."""
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            return str(cursor.fetchone()[0])

    def _mend(self) -> None:
        """Take back what a fault moved, so that the next run begins like the first."""
        self.site.gate.disarm()
        self.site.proxy.reopen()
        self.site.disk.clear()
        self.site.set_clocks(0)


@contextlib.contextmanager
def battery(engines: Engines, seed: int) -> Iterator[Battery]:
    """Bring the installation up and yield the battery."""
    random = Random(seed)  # noqa: S311 - chooses what breaks, guards nothing
    with ExitStack() as stack:
        stack.callback(connection.close)
        site = Installation(engines, random, stack)
        site.start()
        operator = Operator(site.web_port, site.company.office)
        operator.log_in()
        # The first request of a process loads half of Django.
        operator.save_extension()
        ready = Battery(site, operator, random)
        ready.settle()
        ready.prove_sight()
        yield ready
