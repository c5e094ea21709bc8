"""Pages of nodes, runs, generations and drift."""

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asterisk_sync import drift
from asterisk_sync.changes.queries import node_overview, restorable_generations, waiting_generation
from asterisk_sync.changes.workers import heartbeat_of
from asterisk_sync.generations.comparison import Comparison, FileDifference, compare_generations, lines_of
from asterisk_sync.generations.labels import labelled_counts, step_timings
from asterisk_sync.generations.pending import (
    SHOWN_CHANGES,
    changes_between,
    holds,
    live_generation,
    pending_changes,
    set_before,
    with_pages,
)
from asterisk_sync.generations.removals import recorded_removals
from asterisk_sync.models import DriftFinding, DriftKind, Generation, Node, Settlement, SyncRun
from asterisk_sync.pages.filters import DriftFilterSet, GenerationFilterSet, NodeFilterSet, RunFilterSet
from asterisk_sync.pages.forms import NodeForm
from asterisk_sync.pages.tables import (
    DriftTable,
    GenerationTable,
    NodeTable,
    RunTable,
    settlement_badge,
    total_milliseconds,
)
from voipadmin.core.pages import Entity, FieldGroup, Hint, Related
from voipadmin.core.pages.asking.switching_off import asks_when_disabled
from voipadmin.version import VERSION

SYNC = "asterisk_sync.sync_node"
SHOWN_FINDINGS = 8
# How long a finding that was mended at once is shown on the page of its node.
RECENT = timedelta(days=1)


def _node_context(node: Any, user: Any) -> dict[str, Any]:
    overview = node_overview(node)
    run = overview.last_run
    recently = Q(settlement=Settlement.MENDED, settled_at__gte=timezone.now() - RECENT)
    findings = DriftFinding.objects.filter(Q(settlement="") | recently, node=node).order_by("settlement", "-created_at")
    return {
        "overview": overview,
        "waiting_changes": with_pages(overview.waiting, user),
        "steps": step_timings(run) if run else [],
        "took": total_milliseconds(run) if run else None,
        "hold": next(iter(holds([node])), None),
        "pending_changes": next(iter(pending_changes([node])), None),
        "findings": [(finding, settlement_badge(finding)) for finding in findings[:SHOWN_FINDINGS]],
        "live": live_generation(node),
        "worker": heartbeat_of(node),
        "release": VERSION,
        "may_sync": user.has_perm(SYNC),
    }


def _run_context(run: Any, _user: Any) -> dict[str, Any]:
    return {"steps": step_timings(run), "took": total_milliseconds(run), "diff_lines": lines_of(run.diff)}


def generation_context(generation: Any, user: Any) -> dict[str, Any]:
    """Return what the page of a generation shows: its changes and difference, its run, and what may be done with it."""
    node = generation.node
    restorable = list(restorable_generations(node).values_list("pk", flat=True))
    may_sync = user.has_perm(SYNC)
    waiting = waiting_generation(node)
    run = generation.runs.first()
    return {
        **story_of(generation, user),
        "may_sync": may_sync,
        "is_live": restorable[:1] == [generation.pk],
        "may_restore": may_sync and generation.pk in restorable[1:],
        "waits": waiting is not None and waiting.pk == generation.pk,
        "finding": DriftFinding.objects.filter(generation=generation).first(),
        "run": run,
        "steps": step_timings(run) if run else [],
        "verification": labelled_counts(generation.verification),
        "counts": labelled_counts(generation.object_counts),
    }


def story_of(generation: Generation, user: Any) -> dict[str, Any]:
    """Return the set before a generation, the changes in between, the difference and the removals."""
    before = set_before(generation)
    changes = changes_between(before, generation)
    return {
        "before": before,
        "changes": with_pages(changes[:SHOWN_CHANGES], user),
        "changes_count": changes.count(),
        "comparison": compare_generations(before, generation),
        "removals": recorded_removals(generation, before),
    }


def _finding_context(finding: Any, user: Any) -> dict[str, Any]:
    return {
        "comparison": _comparison_of(finding),
        "settled": settlement_badge(finding),
        "recurs": not finding.settlement and drift.recurs(finding),
        "may_sync": user.has_perm(SYNC),
        "may_mend": drift.is_mendable(finding),
        "may_adopt": drift.is_adoptable(finding),
    }


def _comparison_of(finding: DriftFinding) -> Comparison | None:
    """Return how the file that was found, or what the database says, differs from the accepted set."""
    if finding.generation is not None:
        only = finding.subject if finding.kind == DriftKind.FILE else ""
        return compare_generations(set_before(finding.generation), finding.generation, only)
    before = live_generation(finding.node)
    if finding.kind == DriftKind.DATABASE and finding.detail.startswith("@@") and before is not None:
        return Comparison(before, before, [FileDifference(finding.subject, lines_of(finding.detail))], complete=True)
    return None


def _join_node(queryset: Any) -> Any:
    return queryset.select_related("node")


def _join_finding(queryset: Any) -> Any:
    return queryset.select_related("node", "generation__node")


NODES = Entity(
    model=Node,
    table=NodeTable,
    filterset=NodeFilterSet,
    form=NodeForm,
    icon="refresh-cw",
    intro=_("Each Asterisk, what the database wants it to run, and what it runs."),
    empty_hint=_("Add the Asterisk that this panel runs: where its files are and how to reach its manager interface."),
    groups=(
        FieldGroup(_("Node"), ("name", "host", "enabled", "last_seen_at")),
        FieldGroup(_("Decisions"), ("mode", "on_drift")),
        FieldGroup(
            _("Manager interface"),
            ("ami_host", "ami_port", "ami_username", "ami_secret", "originate_username", "originate_secret"),
        ),
        FieldGroup(_("Files"), ("config_path", "spool_path", "cdr_path")),
    ),
    hints={"host": Hint.MONO, "ami_port": Hint.DIGITS},
    related=(
        Related(
            _("Generations"), "asterisk_sync:generation_list", "node", "asterisk_sync.view_generation", without="node"
        ),
        Related(_("Runs"), "asterisk_sync:syncrun_list", "node", "asterisk_sync.view_syncrun", without="node"),
        Related(
            _("Drift"), "asterisk_sync:driftfinding_list", "node", "asterisk_sync.view_driftfinding", without="node"
        ),
    ),
    synced=False,
    detail_context=_node_context,
    lead_template="asterisk_sync/node/overview.html",
    title=_("Synchronisation"),
    saving_question=asks_when_disabled(_("The panel writes nothing to it any more: changes wait until it is enabled.")),
    actions_template="asterisk_sync/node/actions.html",
    list_actions_template="asterisk_sync/node/list_actions.html",
)

RUNS = Entity(
    model=SyncRun,
    table=RunTable,
    filterset=RunFilterSet,
    delete=None,
    icon="history",
    intro=_("Every pass of the pipeline: what changed, how long each step took, and why one was refused."),
    empty_hint=_("The first change brings the first run."),
    join=_join_node,
    groups=(
        FieldGroup(
            _("Run"), ("node", "outcome", "wanted_generation", "triggered_by", "created_at", "finished_at", "reason")
        ),
    ),
    synced=False,
    detail_context=_run_context,
    main_template="asterisk_sync/run/diff.html",
)

GENERATIONS = Entity(
    model=Generation,
    table=GenerationTable,
    filterset=GenerationFilterSet,
    delete=None,
    icon="layers",
    intro=_("Whole sets of files: those that Asterisk accepted, that wait, that were refused or found on a node."),
    empty_hint=_("The first change brings the first generation."),
    join=_join_node,
    groups=(FieldGroup(_("Generation"), ("node", "number", "status", "accepted_at", "directory")),),
    hints={"number": Hint.MONO},
    synced=False,
    detail_context=generation_context,
    lead_template="asterisk_sync/generation/story.html",
    main_template="asterisk_sync/generation/files.html",
    aside_template="asterisk_sync/generation/aside.html",
    actions_template="asterisk_sync/generation/actions.html",
)

DRIFT = Entity(
    model=DriftFinding,
    table=DriftTable,
    filterset=DriftFilterSet,
    delete=None,
    icon="scan-search",
    intro=_("Where a node is not as it was accepted: looked for every minute, mended at once or left to you."),
    empty_hint=_("Nothing was altered past the panel."),
    join=_join_finding,
    groups=(FieldGroup(_("Finding"), ("node", "kind", "subject", "created_at", "settled_at", "settled_by")),),
    synced=False,
    title=_("Drift"),
    detail_context=_finding_context,
    lead_template="asterisk_sync/driftfinding/finding.html",
)
