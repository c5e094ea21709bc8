"""The candidate: the set that a node should run next, validated, tried and not yet written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

import structlog
from django.conf import settings
from django.utils.translation import gettext as _

from asterisk_sync.generations import store
from asterisk_sync.generations.expected import ExpectedConfig, expected_config, module_of
from asterisk_sync.generations.folder import DiskState
from asterisk_sync.generations.labels import kind_label
from asterisk_sync.generations.shrink_guard import ShrinkLimits, exceeding, objects_of, removed_names
from asterisk_sync.generations.store import AcceptedSet
from asterisk_sync.generations.validation import RefusedError, validate
from asterisk_sync.models import ApplyMode, Generation, GenerationStatus, Node
from asterisk_sync.reload.timings import StepTimings
from asterisk_sync.rendering import render_files
from asterisk_sync.rendering.files import without_header
from asterisk_sync.snapshot.loader import load_snapshot
from asterisk_sync.throwaway import portion_since, try_set

log = structlog.get_logger(__name__)


class Source(Enum):
    """Where the set that the node should run comes from."""

    DATABASE = "database"
    CHOSEN = "chosen"
    ACCEPTED = "accepted"


@dataclass(frozen=True)
class PendingSet:
    """What the database says, where it waits for a person: staged, or because it would remove much."""

    files: Mapping[str, str]
    counts: Mapping[str, int]
    status: GenerationStatus
    removals: Mapping[str, list[str]]
    reason: str


@dataclass(frozen=True)
class Candidate:
    """A validated set; `changed` names the files that Asterisk has to read again, none where it runs the set already.

    `pending` is what the database says, where the node goes on with the accepted set meanwhile.
    """

    files: Mapping[str, str]
    expected: ExpectedConfig
    changed: frozenset[str]
    counts: Mapping[str, int]
    source: Source = Source.DATABASE
    removals: Mapping[str, list[str]] = field(default_factory=dict)
    pending: PendingSet | None = None

    @property
    def modules(self) -> frozenset[str]:
        """The modules that have to be reloaded."""
        return frozenset(module_of(name) for name in self.changed)


def prepare(node: Node, accepted: AcceptedSet, disk: DiskState, *, forced: bool, timings: StepTimings) -> Candidate:
    """Return the set that a node should run; raise RefusedError for one that must not be written.

    1. A generation that was chosen, put back or confirmed for instance, is taken as it was kept.
    2. Otherwise the database is read, rendered and validated.
    3. What the database says waits where the node is staged, or where too much would be removed: the candidate is then
       the accepted set, with the other one in `pending`.
    4. A set of which anything is new is tried with the throwaway Asterisk, also one that waits.
    """
    candidate = _build(node, accepted, disk, forced=forced, timings=timings)
    if candidate.pending is not None:
        # Tried before somebody is asked to apply it. The accepted set itself was tried when it was new.
        changed = candidate.pending.files.keys() - _unchanged(candidate.pending.files, accepted)
        _try(candidate.pending.files, frozenset(changed), accepted, timings)
    elif candidate.changed:
        _try(candidate.files, candidate.changed, accepted, timings)
    return candidate


def _try(files: Mapping[str, str], changed: frozenset[str], accepted: AcceptedSet, timings: StepTimings) -> None:
    """Try what the accepted set has not; raise RefusedError with the problems."""
    modules, before = frozenset(map(module_of, changed)), expected_config(accepted.files)
    with timings.timed("try"):
        portion, wanted = portion_since(files, expected_config(files), before)
        trial = try_set(portion, wanted, modules, before)
    if trial.problems:
        error = RefusedError(trial.problems)
        error.files = files
        raise error
    if trial.skipped_reason:
        log.info("set_not_tried", reason=trial.skipped_reason)
    else:
        timings.checked["tried"] = sum(trial.loaded.values())


def _build(node: Node, accepted: AcceptedSet, disk: DiskState, *, forced: bool, timings: StepTimings) -> Candidate:
    # Where the disk is not as the accepted set, Asterisk may have read anything: all files are reloaded.
    complete = forced or not accepted.files or bool(disk.differs_from(accepted.hashes()))
    if node.chosen is not None:
        return _chosen(node.chosen, accepted, complete, timings)
    with timings.timed("snapshot"):
        snapshot = load_snapshot(node)
    with timings.timed("render"):
        files: Mapping[str, str] = render_files(snapshot, node.desired_generation)
    # A file of which only the header would be new stays as it is, with the number of the set that brought it.
    same = _unchanged(files, accepted)
    files = {name: accepted.files[name] if name in same else text for name, text in files.items()}
    with timings.timed("validate"):
        try:
            expected = validate(files, snapshot)
        except RefusedError as error:
            error.files = files
            raise
        pending = _pending_set(node, accepted, files, expected, snapshot.counts())
    if isinstance(pending, PendingSet):
        changed = frozenset(accepted.files if complete else ())
        counts = accepted.generation.object_counts if accepted.generation else {}
        return Candidate(
            accepted.files, expected_config(accepted.files), changed, counts, Source.ACCEPTED, pending=pending
        )
    changed = frozenset(files if complete else files.keys() - same)
    return Candidate(files, expected, changed, snapshot.counts(), removals=pending)


def _chosen(chosen: Generation, accepted: AcceptedSet, complete: bool, timings: StepTimings) -> Candidate:
    files = store.read_files(chosen)
    if not files:
        raise RefusedError([_("The text of this set is no longer kept.")])
    with timings.timed("validate"):
        expected = validate(files, None)
    changed = frozenset(files if complete else files.keys() - _unchanged(files, accepted))
    return Candidate(files, expected, changed, chosen.object_counts, Source.CHOSEN)


def _unchanged(files: Mapping[str, str], accepted: AcceptedSet) -> frozenset[str]:
    return frozenset(
        name for name in files if without_header(files[name]) == without_header(accepted.files.get(name, ""))
    )


def _pending_set(
    node: Node,
    accepted: AcceptedSet,
    files: Mapping[str, str],
    wanted: ExpectedConfig,
    counts: Mapping[str, int],
) -> PendingSet | dict[str, list[str]]:
    """Return the set where it has to wait for a person, otherwise kind -> names of what it removes."""
    if files == accepted.files:
        return {}
    before = objects_of(expected_config(accepted.files))
    removed = removed_names(before, objects_of(wanted))
    if node.mode == ApplyMode.STAGED:
        reason = _("Changes wait to be applied.")
        return PendingSet(files, counts, GenerationStatus.STAGED, removed, reason)
    if too_many := exceeding(removed, before, shrink_limits()):
        removals = ", ".join(_removal(len(removed[kind]), len(before[kind]), kind) for kind in too_many)
        reason = _("This would remove %(lost)s: somebody has to confirm it.") % {"lost": removals}
        return PendingSet(files, counts, GenerationStatus.CONFIRM, removed, reason)
    return removed


def _removal(count: int, before: int, kind: str) -> str:
    facts = {"count": count, "before": before, "kind": kind_label(kind)}
    return _("%(count)s of %(before)s %(kind)s") % facts


def shrink_limits() -> ShrinkLimits:
    """Return the limits that the settings give."""
    return ShrinkLimits(settings.SHRINK_LIMIT_OBJECTS, settings.SHRINK_LIMIT_PERCENT, settings.SHRINK_ALWAYS_ALLOWED)
