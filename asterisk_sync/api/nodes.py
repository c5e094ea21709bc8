"""The REST API of nodes: what each should run, what it runs, and the request to bring both together."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import FilterLookup, FilterSchema, Status

from asterisk_sync.api.generations import GenerationOut, generations
from asterisk_sync.changes import services
from asterisk_sync.changes.queries import waiting_generation
from asterisk_sync.models import ApplyMode, DriftPolicy, Generation, Node, SyncState
from voipadmin.core.api.access import Needs, visible_reference
from voipadmin.core.api.crud import ONE, crud_router, domain_call, find
from voipadmin.core.api.resource import Resource
from voipadmin.core.api.schemas import Input, Output


class NodeOut(Output):
    """A node; it runs what the database says when it is applied."""

    id: uuid.UUID
    name: str
    host: str
    enabled: bool
    state: SyncState
    reason: str
    desired_generation: int
    applied_generation: int
    attempted_generation: int
    mode: ApplyMode
    on_drift: DriftPolicy
    held: bool
    chosen_id: uuid.UUID | None
    retry_at: datetime | None
    last_seen_at: datetime | None
    created_at: datetime
    updated_at: datetime


class GenerationChoice(Input):
    """A set that is meant."""

    generation_id: uuid.UUID


class WaitingOut(Output):
    """The set that waits for somebody to apply or confirm it; null where none does."""

    generation: GenerationOut | None


class NodeFilters(FilterSchema):
    """What a list of nodes may be narrowed by."""

    state: SyncState | None = None
    enabled: bool | None = None
    search: Annotated[str | None, FilterLookup(["name__icontains", "host__icontains"])] = None


nodes = Resource(
    model=Node,
    tag="nodes",
    read=NodeOut,
    filters=NodeFilters,
    ordering=("name", "created_at"),
    default_ordering="name",
)
nodes_router = crud_router(nodes)


@nodes_router.post(
    f"{ONE}/sync", response={202: NodeOut}, auth=Needs("asterisk_sync.sync_node"), operation_id="sync_node"
)
def sync_node(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the name in the path
    """Ask for a full synchronisation; a worker does it, and the node's state says how it went."""
    with domain_call():
        services.request_sync(node=find(nodes, request.user, id), actor=request.user.get_username())
    return Status(202, nodes.shown(find(nodes, request.user, id), request.user))


@nodes_router.post(
    f"{ONE}/renew-secret",
    response={202: NodeOut},
    auth=Needs("asterisk_sync.sync_node"),
    operation_id="renew_secret_of_node",
)
def renew_secret(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the name in the path
    """Give the node a new secret to sign with what it asks of the authorizer; calls go on meanwhile."""
    with domain_call():
        services.renew_agi_secret(node=find(nodes, request.user, id), actor=request.user.get_username())
    return Status(202, nodes.shown(find(nodes, request.user, id), request.user))


@nodes_router.get(
    f"{ONE}/waiting",
    response=WaitingOut,
    auth=Needs("asterisk_sync.view_generation"),
    operation_id="waiting_generation",
)
def read_waiting(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the name in the path
    """Show the set that waits: staged, or because it would remove too much."""
    found = waiting_generation(find(nodes, request.user, id))
    return WaitingOut.model_construct(generation=generations.shown(found, request.user) if found else None)


@nodes_router.post(
    f"{ONE}/rollback", response={202: NodeOut}, auth=Needs("asterisk_sync.sync_node"), operation_id="roll_back_node"
)
def roll_back(request: HttpRequest, id: uuid.UUID, payload: GenerationChoice) -> Any:  # noqa: A002 - the name in the path
    """Put an earlier whole set back, and hold it until it is released."""
    node, chosen = _node_and_set(request, id, payload)
    with domain_call():
        services.restore_generation(node=node, generation=chosen, actor=request.user.get_username())
    return Status(202, nodes.shown(find(nodes, request.user, id), request.user))


@nodes_router.post(
    f"{ONE}/release", response={202: NodeOut}, auth=Needs("asterisk_sync.sync_node"), operation_id="release_node"
)
def release(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the name in the path
    """End a hold: what the database says is applied."""
    with domain_call():
        services.release_hold(node=find(nodes, request.user, id), actor=request.user.get_username())
    return Status(202, nodes.shown(find(nodes, request.user, id), request.user))


@nodes_router.post(
    f"{ONE}/apply", response={202: NodeOut}, auth=Needs("asterisk_sync.sync_node"), operation_id="apply_node"
)
def apply(request: HttpRequest, id: uuid.UUID, payload: GenerationChoice) -> Any:  # noqa: A002 - the name in the path
    """Apply exactly the set that waits; 409 where newer changes came since it was read."""
    node, chosen = _node_and_set(request, id, payload)
    with domain_call():
        services.apply_waiting(node=node, generation=chosen, actor=request.user.get_username())
    return Status(202, nodes.shown(find(nodes, request.user, id), request.user))


def _node_and_set(request: HttpRequest, key: uuid.UUID, payload: GenerationChoice) -> tuple[Node, Generation]:
    node: Node = find(nodes, request.user, key)
    sets = Generation.objects.filter(node=node)
    return node, visible_reference(sets, key=payload.generation_id, user=request.user, field="generation_id")
