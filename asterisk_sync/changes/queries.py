"""Reads about nodes: what waits, what runs where, and whether an object is live."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Max, Q, QuerySet
from django.utils import timezone

from asterisk_sync.changes.placement import nodes_carrying, nodes_of_each
from asterisk_sync.models import (
    AcceptedSecrets,
    AgiSecret,
    Generation,
    GenerationStatus,
    Node,
    OutboxEntry,
    SyncRun,
    SyncState,
    accepted_secrets,
)
from voipadmin.core.errors import Message

# From the worst to the best: of an object on several nodes the worst state is shown.
STATES_BY_GRAVITY = (
    SyncState.REFUSED,
    SyncState.UNREACHABLE,
    SyncState.CONFIRM,
    SyncState.HELD,
    SyncState.STAGED,
    SyncState.PENDING,
    SyncState.APPLIED,
)
# States in which a change that was tried waits for a person.
WAITING = frozenset({SyncState.CONFIRM, SyncState.HELD, SyncState.STAGED})
# The longest that a node which was away waits for its next try.
LONGEST_RETRY = timedelta(seconds=30)


def local_nodes() -> QuerySet[Node]:
    """Return the enabled nodes whose files and Asterisk are on this machine, as LOCAL_NODES says."""
    rows: QuerySet[Node] = Node.objects.filter(enabled=True)
    return rows.filter(name__in=settings.LOCAL_NODES) if settings.LOCAL_NODES else rows


def secrets_of_local_nodes() -> dict[UUID, AcceptedSecrets]:
    """Return by node id the secrets by which requests of the nodes of this machine may be signed."""
    rows: dict[UUID, list[AgiSecret]] = defaultdict(list)
    for row in AgiSecret.objects.filter(node__in=local_nodes()):
        rows[row.node_id].append(row)
    return {node.pk: accepted_secrets(node, rows[node.pk]) for node in local_nodes().select_related("chosen")}


def due_nodes(now: datetime | None = None) -> QuerySet[Node]:
    """Return the enabled nodes with changes that were not tried and do not wait for a retry.

    A retry further away than the longest one was noted before somebody set the clock back: it is due.
    """
    moment = now or timezone.now()
    rows: QuerySet[Node] = Node.objects.filter(enabled=True, attempted_generation__lt=F("desired_generation"))
    return rows.filter(Q(retry_at=None) | Q(retry_at__lte=moment) | Q(retry_at__gt=moment + LONGEST_RETRY))


def due_node(node_id: UUID) -> Node | None:
    """Return the node as it is now, or None where nothing is to be done for it."""
    return due_nodes().filter(pk=node_id).first()


@dataclass(frozen=True)
class ObjectSyncState:
    """Whether an object as saved is live: the worst of its nodes, and why."""

    state: SyncState
    reason: Message = ""

    @property
    def label(self) -> Message:
        """The state in words."""
        return self.state.label


def sync_state_of(instance: models.Model) -> ObjectSyncState | None:
    """Return the state of the last change of `instance`; None where no node carries it."""
    nodes = list(Node.objects.filter(pk__in=nodes_carrying(instance)))
    # Node -> the highest generation in which the object changed there.
    changed = dict(
        OutboxEntry.objects.filter(object_label=instance._meta.label_lower, object_id=str(instance.pk))
        .values_list("node")
        .annotate(Max("generation"))
        .values_list("node", "generation__max")
    )
    states = [_state_on(node, changed.get(node.pk, 0)) for node in nodes]
    return min(states, key=lambda item: STATES_BY_GRAVITY.index(item.state), default=None)


def sync_states_of(instances: Sequence[models.Model]) -> list[ObjectSyncState | None]:
    """Return the state of each of many objects of one model, as `sync_state_of` does of one."""
    if not instances:
        return []
    nodes = {node.pk: node for node in Node.objects.filter(enabled=True)}
    keys = [str(instance.pk) for instance in instances]
    changed = _unapplied(nodes.values(), type(instances[0]), keys)
    return [
        min(
            (_state_on(nodes[key], changed.get((key, str(instance.pk)), 0)) for key in carriers if key in nodes),
            key=lambda item: STATES_BY_GRAVITY.index(item.state),
            default=None,
        )
        for instance, carriers in zip(instances, nodes_of_each(instances), strict=True)
    ]


def with_sync_state(queryset: Any, state: str) -> Any:
    """Narrow a list to the objects of which the worst state on the enabled nodes is `state`."""
    nodes = {node.pk: node for node in Node.objects.filter(enabled=True)}
    worst: dict[str, SyncState] = {}
    for (node, key), generation in _unapplied(nodes.values(), queryset.model).items():
        states = (worst.get(key, SyncState.APPLIED), _state_on(nodes[node], generation).state)
        worst[key] = min(states, key=STATES_BY_GRAVITY.index)
    if state == SyncState.APPLIED:
        return queryset.exclude(pk__in=[key for key, one in worst.items() if one != SyncState.APPLIED])
    return queryset.filter(pk__in=[key for key, one in worst.items() if one == state])


def _unapplied(
    nodes: Iterable[Node], model: type[models.Model], keys: Sequence[str] | None = None
) -> dict[tuple[UUID, str], int]:
    """Return by node and object the highest generation in which it changed there and that is not applied yet."""
    waiting = Q(pk__in=())
    for node in nodes:
        waiting |= Q(node=node, generation__gt=node.applied_generation)
    rows = OutboxEntry.objects.filter(waiting, object_label=model._meta.label_lower)
    if keys is not None:
        rows = rows.filter(object_id__in=keys)
    found = rows.order_by().values_list("node", "object_id").annotate(highest=Max("generation"))
    return {(node, key): highest for node, key, highest in found}


def _state_on(node: Node, generation: int) -> ObjectSyncState:
    if generation <= node.applied_generation:
        return ObjectSyncState(SyncState.APPLIED)
    if node.state == SyncState.UNREACHABLE:
        return ObjectSyncState(SyncState.UNREACHABLE, _on(node))
    if node.state in {SyncState.REFUSED, *WAITING} and generation <= node.attempted_generation:
        return ObjectSyncState(SyncState(node.state), _on(node))
    return ObjectSyncState(SyncState.PENDING, _on(node) if node.reason else "")


def _on(node: Node) -> Message:
    return f"{node.name}: {node.reason}"


@dataclass(frozen=True)
class NodeOverview:
    """A node with its last run and the changes that wait; `waiting` has the first of them, `waiting_count` all."""

    node: Node
    last_run: SyncRun | None
    waiting: Sequence[OutboxEntry]
    waiting_count: int


def node_overview(node: Node, *, shown: int = 10) -> NodeOverview:
    """Return what a page about a node shows first."""
    waiting = OutboxEntry.objects.filter(node=node, generation__gt=node.applied_generation)
    return NodeOverview(node, recent_runs(node, 1).first(), list(waiting[:shown]), waiting.count())


def recent_runs(node: Node, count: int = 20) -> QuerySet[SyncRun]:
    """Return the latest runs, newest first."""
    rows: QuerySet[SyncRun] = SyncRun.objects.filter(node=node).select_related("node", "generation")
    return rows[:count]


def restorable_generations(node: Node) -> QuerySet[Generation]:
    """Return the accepted sets whose text is kept, newest first; the first one is live."""
    rows: QuerySet[Generation] = Generation.objects.filter(
        node=node, status=GenerationStatus.ACCEPTED, accepted_at__isnull=False, text_kept=True
    )
    return rows.order_by("-accepted_at")


def waiting_generation(node: Node) -> Generation | None:
    """Return the set that waits for somebody to apply or confirm it, as the last run left it."""
    state = Node.objects.values_list("state", flat=True).get(pk=node.pk)
    if state not in {SyncState.STAGED, SyncState.CONFIRM}:
        return None
    status = GenerationStatus.STAGED if state == SyncState.STAGED else GenerationStatus.CONFIRM
    return Generation.objects.filter(node=node, status=status, text_kept=True).order_by("-updated_at").first()
