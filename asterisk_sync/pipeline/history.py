"""Records how runs end: the run itself, the generation that it brought, and the state of the node."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import Case, F, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from asterisk_sync.changes.queries import LONGEST_RETRY
from asterisk_sync.generations import store
from asterisk_sync.generations.folder import digest_of_set
from asterisk_sync.generations.store import AcceptedSet
from asterisk_sync.models import Generation, GenerationStatus, Node, OutboxEntry, RunOutcome, SyncRun, SyncState
from asterisk_sync.pipeline.candidate import Candidate, PendingSet, Source

log = structlog.get_logger(__name__)

RUNS_KEPT = 500
FIRST_RETRY_SECONDS = 2
# Actions in the outbox that ask for the whole set to be written and reloaded, whether or not anything seems to differ.
ACTIONS_FOR_THE_WHOLE_SET = ("sync", "drift", "restore")

DONE = frozenset({RunOutcome.APPLIED, RunOutcome.UNCHANGED})
TRY_AGAIN = frozenset({RunOutcome.UNREACHABLE, RunOutcome.FAILED})


@dataclass(frozen=True)
class Verdict:
    """How a run ended. `directory` is where the candidate was written, empty where it was not or is no longer live."""

    outcome: RunOutcome
    reason: str = ""
    candidate: Candidate | None = None
    directory: str = ""
    diff: str = ""
    verification: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)


def needs_whole_set(node: Node) -> bool:
    """Tell whether the whole set has to be written and reloaded, whether or not anything seems to differ.

    Somebody or the audit may have asked for it; and after a run that broke off nobody knows how far it came.
    """
    last = _last_run(node)
    if last is not None and last.outcome in {RunOutcome.RUNNING, *TRY_AGAIN}:
        return True
    since = OutboxEntry.objects.filter(node=node, generation__gt=node.attempted_generation)
    return bool(since.filter(action__in=ACTIONS_FOR_THE_WHOLE_SET).exists())


def _last_run(node: Node) -> SyncRun | None:
    """Return the last run, by its generation, which only rises; the clock may have been set back."""
    newest: SyncRun | None = SyncRun.objects.filter(node=node).order_by("-wanted_generation", "-created_at").first()
    return newest


def begin(node: Node, trigger: str) -> SyncRun:
    """Open the record of a run, and close one that a killed worker left open."""
    last = _last_run(node)
    if last is not None and last.outcome in TRY_AGAIN:
        # One outage has one row, however often it is tried.
        last.outcome, last.wanted_generation = RunOutcome.RUNNING, node.desired_generation
        last.save(update_fields=["outcome", "wanted_generation", "updated_at"])
        return last
    SyncRun.objects.filter(node=node, outcome=RunOutcome.RUNNING).update(
        outcome=RunOutcome.FAILED, reason=_("The worker ended in the middle of the run."), finished_at=timezone.now()
    )
    run: SyncRun = SyncRun.objects.create(node=node, wanted_generation=node.desired_generation, trigger=trigger)
    return run


def finish(node: Node, run: SyncRun, verdict: Verdict, timings: Mapping[str, int]) -> SyncRun:
    """Record how the run ended, and the state of the node with it."""
    with transaction.atomic():
        run.generation = _record_generation(node, run, verdict)
        run.outcome, run.reason, run.diff = verdict.outcome, verdict.reason, verdict.diff
        attempts = int(run.timings.get("attempts", 0)) + 1
        run.timings = {**timings, **({"attempts": attempts} if verdict.outcome in TRY_AGAIN else {})}
        run.finished_at = timezone.now()
        run.save()
        Node.objects.filter(pk=node.pk).update(**_node_state(node, run, verdict, attempts))
    _prune(node)
    log.info("run_finished", node=node.name, outcome=verdict.outcome, reason=verdict.reason, **timings)
    return run


def _record_generation(node: Node, run: SyncRun, verdict: Verdict) -> Generation | None:
    """Record the set that the run was about, and return it.

    1. A refused set is kept as refused.
    2. One that waits for a person is kept as such; where the accepted set was written again, its directory is noted.
    3. A chosen set is accepted once more, where it was written or never was accepted.
    4. What the database says is kept as accepted, where it was written.
    """
    number, candidate = run.wanted_generation, verdict.candidate
    if verdict.refused:
        return store.record(
            node, number, verdict.refused, status=GenerationStatus.REFUSED, refused_reason=verdict.reason
        )
    if candidate is None:
        return None
    if candidate.pending is not None:
        _note_directory(store.last_good(node), verdict)
        return _record_pending(node, number, candidate.pending)
    if candidate.source is Source.CHOSEN:
        if node.chosen is not None and (verdict.directory or node.chosen.status != GenerationStatus.ACCEPTED):
            store.accept(node.chosen, verdict.directory or node.chosen.directory, verdict.verification)
        return node.chosen
    if not verdict.directory:
        return None
    return store.record(
        node,
        number,
        candidate.files,
        directory=verdict.directory,
        object_counts=dict(candidate.counts),
        removals=dict(candidate.removals),
        verification=dict(verdict.verification),
        accepted_at=store.moment_of_acceptance(node),
    )


def _note_directory(accepted: AcceptedSet, verdict: Verdict) -> None:
    """Note the directory into which the accepted set was written again while another one waits."""
    if verdict.directory and accepted.generation is not None:
        store.accept(accepted.generation, verdict.directory, verdict.verification)


def _record_pending(node: Node, number: int, pending: PendingSet) -> Generation:
    rows = Generation.objects.filter(node=node, status=pending.status, text_kept=True)
    waiting: Generation | None = rows.order_by("-created_at").first()
    if waiting is not None and waiting.content_hash == digest_of_set(pending.files):
        return waiting
    return store.record(
        node,
        number,
        pending.files,
        status=pending.status,
        object_counts=dict(pending.counts),
        removals=dict(pending.removals),
    )


STATE_OF_OUTCOME = {
    RunOutcome.APPLIED: SyncState.APPLIED,
    RunOutcome.UNCHANGED: SyncState.APPLIED,
    RunOutcome.STAGED: SyncState.STAGED,
    RunOutcome.CONFIRM: SyncState.CONFIRM,
    RunOutcome.HELD: SyncState.HELD,
}


def _node_state(node: Node, run: SyncRun, verdict: Verdict, attempts: int) -> dict[str, object]:
    """Return the new values of the node's fields.

    1. After an outage nothing but state, reason and the next try change: 2, 4, 8 ... 30 s from now.
    2. Otherwise the wanted generation counts as attempted. The state is that of the outcome, or pending where further
       changes came during the run.
    3. A chosen set that is live and not held is chosen no longer; the database is then looked at again at once.
    """
    wanted = run.wanted_generation
    if verdict.outcome in TRY_AGAIN:
        seconds = min(LONGEST_RETRY.total_seconds(), FIRST_RETRY_SECONDS**attempts)
        state = SyncState.UNREACHABLE if verdict.outcome == RunOutcome.UNREACHABLE else SyncState.PENDING
        return {"state": state, "reason": verdict.reason, "retry_at": timezone.now() + timedelta(seconds=seconds)}
    state = STATE_OF_OUTCOME.get(verdict.outcome, SyncState.REFUSED)
    changes: dict[str, object] = {
        "attempted_generation": wanted,
        "state": Case(When(desired_generation=wanted, then=Value(state)), default=Value(SyncState.PENDING)),
        "reason": verdict.reason,
        "retry_at": None,
    }
    if verdict.outcome != RunOutcome.HELD and node.chosen_id is not None:
        # Compared in the database: a set that somebody chose during the run stays chosen.
        changes |= {
            "chosen": Case(When(chosen=node.chosen_id, then=Value(None)), default=F("chosen")),
            "held": Case(When(chosen=node.chosen_id, then=Value(False)), default=F("held")),
        }
    if verdict.outcome in STATE_OF_OUTCOME:
        changes["last_seen_at"] = timezone.now()
    if verdict.outcome in DONE:
        changes["applied_generation"] = wanted
    if node.chosen is not None and verdict.outcome in {*DONE, RunOutcome.HELD}:
        # An earlier set is live: changes after it are not applied, however high the wanted generation is.
        changes["applied_generation"] = min(node.chosen.number, wanted)
        if verdict.outcome in DONE:
            # One less than wanted: the node is due at once, and what the database says is looked at.
            changes |= {"attempted_generation": wanted - 1, "state": SyncState.PENDING}
    return changes


def _prune(node: Node) -> None:
    """Drop the oldest texts and runs; the outbox stays, as the history of changes."""
    store.prune(node)
    runs = SyncRun.objects.filter(node=node)
    # Runs are ordered newest first: the first one that is too many, if there is one.
    oldest = runs.values_list("created_at", flat=True)[RUNS_KEPT : RUNS_KEPT + 1]
    if oldest:
        runs.filter(created_at__lte=oldest[0]).delete()
