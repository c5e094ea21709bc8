"""What was tried on a node and how it went: runs, generations with their text, differences and the last good set."""

import base64
import difflib
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import Case, F, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from asterisk_sync.models import Generation, GenerationContent, Node, OutboxEntry, RunOutcome, SyncRun, SyncState
from asterisk_sync.writer import digest, digest_of_set
from voipadmin.core.crypto import DecryptionError

log = structlog.get_logger(__name__)

KEPT_CONTENTS = 10
KEPT_RUNS = 500
LONGEST_DIFF = 200_000
MASK = "********"
FIRST_RETRY_SECONDS = 2
LONGEST_RETRY_SECONDS = 60
# Actions in the outbox that ask for a complete set, whether or not anything seems to differ.
FORCING_ACTIONS = ("sync", "drift", "restore")

_SECRET_LINE = re.compile(r"^([-+ ]?\s*(?:password|md5_cred|password_digest|secret)\s*=>?\s*).*", re.MULTILINE)

DONE = frozenset({RunOutcome.APPLIED, RunOutcome.UNCHANGED})
TRY_AGAIN = frozenset({RunOutcome.UNREACHABLE, RunOutcome.FAILED})


@dataclass(frozen=True)
class AcceptedSet:
    """The set that Asterisk last accepted; empty before the first one."""

    generation: Generation | None = None
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """Its number, 0 before the first one."""
        return self.generation.number if self.generation else 0

    @property
    def directory(self) -> str:
        """Its directory on the node."""
        return self.generation.directory if self.generation else ""

    def hashes(self) -> dict[str, str]:
        """Return the hash of each file."""
        return {name: digest(text) for name, text in self.files.items()}


@dataclass(frozen=True)
class Verdict:
    """How a run ended; `holds` is the older generation that was put back on request."""

    outcome: RunOutcome
    reason: str = ""
    files: Mapping[str, str] | None = None
    directory: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    diff: str = ""
    holds: Generation | None = None


def mask_secrets(text: str) -> str:
    """Replace the value of every secret in configuration text or in a difference of it."""
    return _SECRET_LINE.sub(rf"\1{MASK}", text)


def difference(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Return the unified difference of two sets with secrets masked, cut where it is very long."""
    parts: list[str] = []
    for name in sorted({*before, *after}):
        old, new = before.get(name, ""), after.get(name, "")
        if old != new:
            parts += difflib.unified_diff(
                old.splitlines(keepends=True), new.splitlines(keepends=True), f"a/{name}", f"b/{name}", n=2
            )
    text = mask_secrets("".join(parts))
    return text if len(text) <= LONGEST_DIFF else text[:LONGEST_DIFF] + "\n…\n"


def pack(files: Mapping[str, str]) -> str:
    """Compress a set for the database."""
    return base64.b64encode(zlib.compress(json.dumps(dict(files)).encode(), 1)).decode()


def read_files(generation: Generation) -> dict[str, str]:
    """Return the text of a generation's files; empty where it was dropped or its key is gone."""
    try:
        content = GenerationContent.objects.filter(generation=generation).first()
    except DecryptionError:
        log.warning("generation_unreadable", generation=str(generation))
        return {}
    if content is None:
        return {}
    files: dict[str, str] = json.loads(zlib.decompress(base64.b64decode(content.packed)))
    return files


def last_good(node: Node) -> AcceptedSet:
    """Return what Asterisk last accepted."""
    newest = Generation.objects.filter(node=node, accepted_at__isnull=False).order_by("-accepted_at").first()
    return AcceptedSet(newest, read_files(newest)) if newest else AcceptedSet()


def needs_everything(node: Node) -> bool:
    """Tell whether the whole set has to be written and reloaded, whether or not anything seems to differ.

    So it is when somebody or the audit asked for it, and after a run of which nobody knows how far it came.
    """
    last = SyncRun.objects.filter(node=node).first()
    if last is not None and last.outcome in {RunOutcome.RUNNING, *TRY_AGAIN}:
        return True
    since = OutboxEntry.objects.filter(node=node, generation__gt=node.attempted_generation)
    return bool(since.filter(action__in=FORCING_ACTIONS).exists())


def set_to_restore(node: Node, wanted: int) -> Generation | None:
    """Return the older generation that was asked for; a change that came after the wish takes it away."""
    if node.restoring_id is None:
        return None
    asked = OutboxEntry.objects.filter(node=node, generation=wanted, action="restore").exists()
    return node.restoring if asked else None


def begin(node: Node, trigger: str) -> SyncRun:
    """Open the record of a run; one that was left open by a killed worker is closed."""
    last: SyncRun | None = SyncRun.objects.filter(node=node).first()
    if last is not None and last.outcome in TRY_AGAIN:
        # One row for one outage, however often it is tried.
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
    if verdict.files is None:
        return None
    accepted = verdict.outcome in DONE
    generation: Generation = Generation.objects.create(
        node=node,
        number=run.wanted_generation,
        content_hash=digest_of_set(verdict.files),
        directory=verdict.directory,
        files={
            name: {"sha256": digest(text), "bytes": len(text.encode())} for name, text in sorted(verdict.files.items())
        },
        object_counts=dict(verdict.counts),
        accepted_at=timezone.now() if accepted else None,
        refused_reason="" if accepted else verdict.reason,
    )
    if accepted:
        GenerationContent.objects.create(generation=generation, packed=pack(verdict.files))
    return generation


def _node_state(node: Node, run: SyncRun, verdict: Verdict, attempts: int) -> dict[str, object]:
    wanted = run.wanted_generation
    if verdict.outcome in TRY_AGAIN:
        seconds = min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS**attempts)
        state = SyncState.UNREACHABLE if verdict.outcome == RunOutcome.UNREACHABLE else SyncState.PENDING
        return {"state": state, "reason": verdict.reason, "retry_at": timezone.now() + timedelta(seconds=seconds)}
    state = SyncState.REFUSED
    if verdict.outcome in DONE:
        # A set that was put back on request is not what the database says.
        state = SyncState.PENDING if verdict.holds else SyncState.APPLIED
    changes: dict[str, object] = {
        "attempted_generation": wanted,
        "state": Case(When(desired_generation=wanted, then=Value(state)), default=Value(SyncState.PENDING)),
        "reason": verdict.reason,
        "retry_at": None,
        "restoring": Case(When(restoring=node.restoring_id, then=Value(None)), default=F("restoring")),
    }
    if verdict.outcome in DONE:
        changes["applied_generation"] = verdict.holds.number if verdict.holds else wanted
        changes["last_seen_at"] = timezone.now()
    return changes


def _prune(node: Node) -> None:
    """Drop the oldest texts and runs; the outbox is the history of changes and stays."""
    newest = Generation.objects.filter(node=node, accepted_at__isnull=False).order_by("-accepted_at")
    kept = list(newest.values_list("pk", flat=True)[:KEPT_CONTENTS])
    GenerationContent.objects.filter(generation__node=node).exclude(generation__in=kept).delete()
    runs = SyncRun.objects.filter(node=node)
    oldest = runs.values_list("created_at", flat=True)[KEPT_RUNS : KEPT_RUNS + 1]
    if oldest:
        runs.filter(created_at__lte=oldest[0]).delete()
