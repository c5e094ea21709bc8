"""Reads for people who decide about sets: which set came before, who changed what, what is held, what waits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from asterisk_sync.generations import store
from asterisk_sync.models import ApplyMode, Generation, GenerationStatus, Node, OutboxEntry, SyncState
from voipadmin.core.tables.links import page_of

# Actions of the outbox that somebody did to an object; the others were asked of a node.
OBJECT_ACTIONS = ("created", "changed", "deleted", "placed")
STATUSES_THAT_WAIT = frozenset({GenerationStatus.STAGED, GenerationStatus.CONFIRM})
SHOWN_CHANGES = 100
# Objects without a page of their own -> the relation to the object on whose page they are shown.
OWNERS = {
    "customers.trunkaddress": "customer",
    "numbering.didallocation": "did",
    "routing.routegateway": "route",
}


@dataclass(frozen=True)
class ChangeLine:
    """A change with the address of its object's page, empty where the object is gone or hidden from the user."""

    entry: OutboxEntry
    url: str


@dataclass(frozen=True)
class Hold:
    """A set that is held: it stays live whatever the database says. `ahead` counts the changes since then."""

    node: Node
    generation: Generation
    since: datetime | None
    actor: str
    adopted: bool
    ahead: int


@dataclass(frozen=True)
class PendingChanges:
    """Changes that wait for a person on a node: staged, or because they would remove too much."""

    node: Node
    count: int
    needs_confirmation: bool


def set_before(generation: Generation) -> Generation | None:
    """Return the set that a generation is compared with, None before the first.

    1. One that waits would follow the set that is live.
    2. One that was found on a node was altered from the newest accepted set before it was found.
    3. Any other one followed the newest accepted set with a lower number.
    """
    node = generation.node
    if generation.status in STATUSES_THAT_WAIT:
        return store.last_good(node).generation
    accepted = Generation.objects.filter(node=node, accepted_at__isnull=False).exclude(pk=generation.pk)
    if generation.status == GenerationStatus.DRIFTED:
        accepted = accepted.filter(number__lte=generation.number, created_at__lt=generation.created_at)
    else:
        accepted = accepted.filter(number__lt=generation.number)
    return accepted.exclude(status=GenerationStatus.DRIFTED).order_by("-number", "-created_at").first()


def live_generation(node: Node) -> Generation | None:
    """Return the set that the node accepted last."""
    accepted = Generation.objects.filter(node=node, status=GenerationStatus.ACCEPTED, accepted_at__isnull=False)
    found: Generation | None = accepted.order_by("-accepted_at").first()
    return found


def changes_between(before: Generation | None, after: Generation) -> QuerySet[OutboxEntry]:
    """Return what was changed or asked for after one generation up to another, newest first."""
    start = before.number if before else 0
    return OutboxEntry.objects.filter(node=after.node_id, generation__gt=start, generation__lte=after.number)


def with_pages(entries: Iterable[OutboxEntry], user: Any) -> list[ChangeLine]:
    """Return the changes with the pages of their objects, with one query for each kind of object."""
    rows = list(entries)
    ids: dict[str, set[str]] = {}
    for entry in rows:
        ids.setdefault(entry.object_label, set()).add(entry.object_id)
    pages = {label: _pages(label, keys, user) for label, keys in ids.items()}
    return [ChangeLine(entry, pages[entry.object_label].get(entry.object_id, "")) for entry in rows]


def _pages(label: str, keys: set[str], user: Any) -> dict[str, str]:
    try:
        model = apps.get_model(label)
    except LookupError:
        return {}
    if not user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}"):
        return {}
    manager: Any = model._default_manager
    rows = manager.filter(pk__in=keys)
    owner = OWNERS.get(label)
    if owner is not None:
        return {str(row.pk): page_of(getattr(row, owner)) for row in rows.select_related(owner)}
    shown = rows.visible_to(user) if hasattr(rows, "visible_to") else rows
    return {str(row.pk): page_of(row) for row in shown}


def holds(nodes: Iterable[Node]) -> list[Hold]:
    """Return the holds of these nodes."""
    return [_hold(node, node.chosen) for node in nodes if node.held and node.chosen is not None]


def _hold(node: Node, chosen: Generation) -> Hold:
    asked = OutboxEntry.objects.filter(node=node, action__in=("restore", "adopt")).first()
    return Hold(
        node,
        chosen,
        since=asked.created_at if asked else None,
        actor=asked.actor if asked else "",
        adopted=asked is not None and asked.action == "adopt",
        ahead=object_changes_after(node, chosen.number),
    )


def pending_changes(nodes: Iterable[Node]) -> list[PendingChanges]:
    """Return the changes that wait for somebody on these nodes; those of a held node wait for its release."""
    found = []
    for node in nodes:
        if node.held or (node.mode != ApplyMode.STAGED and node.state != SyncState.CONFIRM):
            continue
        if node.applied_generation < node.desired_generation:
            count = object_changes_after(node, node.applied_generation)
            found.append(PendingChanges(node, count, node.state == SyncState.CONFIRM))
    return [item for item in found if item.count or item.node.state in {SyncState.STAGED, SyncState.CONFIRM}]


def object_changes_after(node: Node, number: int) -> int:
    """Return how many changes of objects came after the generation with this number."""
    return OutboxEntry.objects.filter(node=node, generation__gt=number, action__in=OBJECT_ACTIONS).count()
