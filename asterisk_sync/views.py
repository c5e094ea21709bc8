"""Pages of nodes, runs and generations."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from asterisk_sync.filters import GenerationFilterSet, NodeFilterSet, RunFilterSet
from asterisk_sync.forms import NodeForm
from asterisk_sync.models import Generation, Node, SyncRun
from asterisk_sync.queries import node_overview, restorable_generations
from asterisk_sync.tables import GenerationTable, NodeTable, RunTable, total_milliseconds
from voipadmin.core.pages import Entity, FieldGroup, Related

# The steps of the pipeline, in their order.
STEPS = {
    "snapshot": _("snapshot"),
    "render": _("render"),
    "validate": _("validate"),
    "connect": _("connect"),
    "write": _("write"),
    "reload": _("reload"),
    "verify": _("read back"),
    "set_back": _("set back"),
    "total": _("in all"),
}


def step_timings(run: SyncRun) -> list[tuple[Any, int]]:
    """Return the steps of a run with their milliseconds, in order."""
    order = list(STEPS)
    names = sorted((name for name in run.timings if name in STEPS), key=order.index)
    return [(STEPS[name], run.timings[name]) for name in names]


def _node_context(node: Any, user: Any) -> dict[str, Any]:
    overview = node_overview(node)
    run = overview.last_run
    return {
        "overview": overview,
        "steps": step_timings(run) if run else [],
        "took": total_milliseconds(run) if run else None,
        "may_sync": user.has_perm("asterisk_sync.sync_node"),
    }


def _run_context(run: Any, _user: Any) -> dict[str, Any]:
    return {"steps": step_timings(run), "took": total_milliseconds(run), "diff_lines": diff_lines(run.diff)}


def _generation_context(generation: Any, user: Any) -> dict[str, Any]:
    restorable = list(restorable_generations(generation.node).values_list("pk", flat=True))
    may = user.has_perm("asterisk_sync.sync_node") and generation.pk in restorable[1:]
    return {"may_restore": may, "is_live": restorable[:1] == [generation.pk]}


def diff_lines(diff: str) -> list[tuple[str, str]]:
    """Return the lines of a unified difference with the kind that colours each."""
    return [(_kind_of(line), line) for line in diff.splitlines()]


def _kind_of(line: str) -> str:
    for start, kind in (("+++", "file"), ("---", "file"), ("@@", "hunk"), ("+", "add"), ("-", "del")):
        if line.startswith(start):
            return kind
    return "same"


def _join_node(queryset: Any) -> Any:
    return queryset.select_related("node")


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
        FieldGroup(_("Manager interface"), ("ami_host", "ami_port", "ami_username", "ami_secret")),
        FieldGroup(_("Files"), ("config_path", "spool_path", "cdr_path")),
    ),
    related=(
        Related(_("Runs"), "asterisk_sync:syncrun_list", "node", "asterisk_sync.view_syncrun", without="node"),
        Related(
            _("Generations"), "asterisk_sync:generation_list", "node", "asterisk_sync.view_generation", without="node"
        ),
    ),
    secrets=("ami_secret",),
    synced=False,
    detail_context=_node_context,
    lead_template="asterisk_sync/node/overview.html",
    title=_("Synchronisation"),
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
    intro=_("The sets of files that were written. Those that Asterisk accepted can be put back."),
    empty_hint=_("The first change brings the first generation."),
    join=_join_node,
    groups=(FieldGroup(_("Generation"), ("node", "number", "accepted_at", "refused_reason", "directory")),),
    synced=False,
    detail_context=_generation_context,
    lead_template="asterisk_sync/generation/files.html",
)
