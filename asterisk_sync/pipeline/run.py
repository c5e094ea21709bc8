"""A synchronisation from its beginning to its end: lock, prepare, write, reload, verify, set back or record."""

import time
from itertools import chain, repeat
from pathlib import Path
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from asterisk_sync.ami.client import AmiClient
from asterisk_sync.ami.messages import AmiUnreachableError
from asterisk_sync.ami.session import connected
from asterisk_sync.changes.queries import due_node
from asterisk_sync.generations import store
from asterisk_sync.generations.diff import diff_of_sets
from asterisk_sync.generations.expected import expected_config
from asterisk_sync.generations.folder import NodeFolder, digest
from asterisk_sync.generations.store import AcceptedSet
from asterisk_sync.generations.validation import RefusedError
from asterisk_sync.models import Node, RunOutcome, SyncRun
from asterisk_sync.pipeline import history
from asterisk_sync.pipeline.candidate import Candidate, Source, prepare
from asterisk_sync.pipeline.history import Verdict
from asterisk_sync.pipeline.locking import node_lock
from asterisk_sync.pipeline.stopped_calls import end_newly_stopped_calls
from asterisk_sync.reload.reloader import reload_and_compare, summarise
from asterisk_sync.reload.timings import StepTimings
from asterisk_sync.rendering.errors import RenderError
from asterisk_sync.rendering.guard import GuardError
from voipadmin.core.runtime.gc_pause import gc_paused_then_frozen
from voipadmin.core.runtime.locks import LockLostError, SessionLock

log = structlog.get_logger(__name__)

# Pauses between runs of a node that follow one another: a burst of saves becomes a handful of reloads.
COALESCE_SECONDS = (0.3, 0.6, 1.2, 2.0)


def synchronise(node_id: UUID, *, trigger: str = "change") -> SyncRun | None:
    """Run until nothing waits for the node; return the last run, None where there was none.

    1. Take the lock of the node; where another worker has it, that one does the work.
    2. Do runs, with a growing pause between them, until nothing is due.
    3. Release the lock, and look once more: a worker that came for a change in between found the lock taken.
    """
    last: SyncRun | None = None
    while due_node(node_id) is not None:
        with node_lock(node_id) as lock:
            if lock is None:
                return last
            for pause in chain(COALESCE_SECONDS, repeat(COALESCE_SECONDS[-1])):
                if (node := due_node(node_id)) is None:
                    break
                with gc_paused_then_frozen():
                    last = run_once(node, lock, trigger)
                if due_node(node_id) is None:
                    break
                time.sleep(pause)
    return last


def run_once(node: Node, lock: SessionLock, trigger: str) -> SyncRun:
    """Do one run for the generation that `node` wanted when it was read, and record how it ended.

    Only what is wrong with the set has it refused; whatever is wrong around it is tried again.
    """
    forced = history.needs_whole_set(node)
    run, timings = history.begin(node, trigger), StepTimings()
    with timings.timed("total"):
        try:
            verdict = _apply(node, lock, forced, timings)
        except RefusedError as error:
            verdict = Verdict(RunOutcome.REFUSED, str(error), refused=error.files)
        except (RenderError, GuardError) as error:
            verdict = Verdict(RunOutcome.REFUSED, str(error))
        except AmiUnreachableError as error:
            verdict = Verdict(RunOutcome.UNREACHABLE, str(error))
        except (OSError, LockLostError, OperationalError, InterfaceError) as error:
            verdict = Verdict(RunOutcome.FAILED, str(error))
        except Exception as error:
            # An error of our own, in a template for instance: nothing was written, and the page of the node says why.
            log.exception("run_failed", node=node.name)
            verdict = Verdict(RunOutcome.REFUSED, f"{type(error).__name__}: {error}")
    return history.finish(node, run, verdict, timings.milliseconds)


def _apply(node: Node, lock: SessionLock, forced: bool, timings: StepTimings) -> Verdict:
    """Bring the node to the set that it should run.

    1. Read what the node accepted last and what is on its disk, and prepare the candidate.
    2. Where Asterisk runs it already, there is nothing more to do.
    3. Connect to AMI before anything is written: a node that is away keeps its files.
    4. Write the set into a directory of its own, and make that the live one.
    5. Reload the modules whose files changed, read back, and end the calls of customers whom the set stops.
    6. Where something differs, set the last good set back. Where the connection is lost, put its files back.
    """
    folder = NodeFolder(Path(node.config_path))
    with timings.timed("compare"):
        accepted, disk = store.last_good(node), folder.state()
    candidate = prepare(node, accepted, disk, forced=forced, timings=timings)
    if not candidate.changed:
        return _settled(node, accepted, candidate, timings)
    with timings.timed("connect"):
        ami = connected(node)
    with ami:
        with timings.timed("write"):
            lock.assert_held()
            directory = _write(folder, node.desired_generation, candidate, disk.directory)
        try:
            differences = reload_and_compare(
                ami, candidate.expected, expected_config(accepted.files), candidate.modules, folder.config_path,
                timings, complete=forced,
            )  # fmt: skip
        except AmiUnreachableError:
            # Nobody knows what Asterisk runs now. The accepted files are put back, and the run is tried again.
            _put_back(folder, accepted, disk.directory)
            folder.discard(directory)
            raise
        if differences:
            return _set_back(ami, folder, accepted, candidate, disk.directory, directory, differences, timings)
        end_newly_stopped_calls(ami, accepted.files, candidate.files)
    folder.prune({directory, accepted.directory})
    return _settled(node, accepted, candidate, timings, directory)


def _write(folder: NodeFolder, number: int, candidate: Candidate, live_directory: str) -> str:
    """Write the candidate and make it live; files that did not change keep their times, and are not read again."""
    unchanged = {name: folder.root / live_directory / name for name in candidate.files.keys() - candidate.changed}
    directory = folder.write(number, candidate.files, unchanged_from=unchanged)
    folder.switch(directory)
    return directory


def _settled(
    node: Node, accepted: AcceptedSet, candidate: Candidate, timings: StepTimings, directory: str = ""
) -> Verdict:
    """Return the verdict where Asterisk runs the candidate; what the database says may wait for a person."""
    outcome, reason = RunOutcome.APPLIED if directory else RunOutcome.UNCHANGED, ""
    shown = candidate.files
    if candidate.pending is not None:
        outcome, reason = RunOutcome(candidate.pending.status), candidate.pending.reason
        shown = candidate.pending.files
    elif candidate.source is Source.CHOSEN and node.held and node.chosen is not None:
        outcome = RunOutcome.HELD
        reason = _("Generation %(number)s is held: changes wait until it is released.") % {"number": node.chosen.number}
    with timings.timed("compare"):
        diff = diff_of_sets(accepted.files, shown)
    return Verdict(outcome, reason, candidate, directory, diff, dict(timings.checked))


def _set_back(
    ami: AmiClient,
    folder: NodeFolder,
    accepted: AcceptedSet,
    candidate: Candidate,
    previous: str,
    refused: str,
    differences: list[str],
    timings: StepTimings,
) -> Verdict:
    """Put the last good set back, read that back too, and return a verdict with what Asterisk did not take."""
    reason = _("Asterisk did not take the configuration: %(differences)s.") % {"differences": summarise(differences)}
    edited = _was_edited(folder, refused, candidate)
    with timings.timed("set_back"):
        _put_back(folder, accepted, previous)
        folder.discard(refused)
        left = reload_and_compare(
            ami,
            expected_config(accepted.files),
            candidate.expected,
            candidate.modules,
            folder.config_path,
            StepTimings(),
            complete=True,
        )
    # FAILED is tried again: Asterisk read files that somebody had edited, or does not have the last good set either.
    outcome = RunOutcome.FAILED if left or edited else RunOutcome.ROLLED_BACK
    if left:
        reason += " " + _("Nor is the last good one back: %(differences)s.") % {"differences": summarise(left)}
    diff = diff_of_sets(accepted.files, candidate.files)
    return Verdict(outcome, reason, diff=diff, refused={} if edited else candidate.files)


def _was_edited(folder: NodeFolder, directory: str, candidate: Candidate) -> bool:
    """Tell whether somebody changed the files or the link after they were written."""
    disk = folder.state()
    wanted = {name: digest(text) for name, text in candidate.files.items()}
    return disk.directory != directory or bool(disk.differs_from(wanted))


def _put_back(folder: NodeFolder, accepted: AcceptedSet, previous: str) -> None:
    if accepted.files:
        folder.put_back(accepted.directory, accepted.number, accepted.files)
    elif previous:
        folder.touch(previous)
        folder.switch(previous)
