"""The REST API of nodes: what each should run, what it runs, and the request to bring both together."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import FilterLookup, FilterSchema, Status

from asterisk_sync import services
from asterisk_sync.models import Node, SyncState
from voipadmin.core.api.access import Needs
from voipadmin.core.api.crud import ONE, crud_router, domain_call, find
from voipadmin.core.api.resource import Resource
from voipadmin.core.api.schemas import Output


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
    retry_at: datetime | None
    last_seen_at: datetime | None
    created_at: datetime
    updated_at: datetime


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
