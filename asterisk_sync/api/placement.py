"""The REST API of where objects live: `nodes` below a customer, a gateway or a number."""

import uuid
from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from ninja import Router

from asterisk_sync.changes.placement import chosen_nodes, nodes_carrying, place_object
from asterisk_sync.models import Node
from customers.models import Customer
from numbering.models import DID
from routing.models import Gateway
from voipadmin.core.api.access import Needs, visible_reference
from voipadmin.core.api.crud import ONE, domain_call
from voipadmin.core.api.problems import not_found
from voipadmin.core.api.schemas import Input, Output


class PlacementIn(Input):
    """The nodes that are chosen; an empty list is every node, and for a number wherever its customer lives."""

    nodes: list[uuid.UUID]


class PlacementOut(Output):
    """The nodes that were chosen, and those that carry the object because of it; not shown to people of a customer."""

    hidden_from_customers: ClassVar[frozenset[str]] = frozenset({"nodes", "carried_by"})

    nodes: list[uuid.UUID] | None
    carried_by: list[uuid.UUID] | None


def _shown(instance: models.Model, user: Any) -> PlacementOut:
    if not user.has_perm("asterisk_sync.view_node"):
        return PlacementOut(nodes=None, carried_by=None)
    return PlacementOut(nodes=[node.pk for node in chosen_nodes(instance)], carried_by=sorted(nodes_carrying(instance)))


def _router(model: type[Any], tag: str) -> Router:
    router = Router(tags=[tag])
    permission = f"{model._meta.app_label}.%s_{model._meta.model_name}"

    def find(user: Any, key: uuid.UUID) -> Any:
        found = model._default_manager.visible_to(user).filter(pk=key).first()
        if found is None:
            raise not_found()
        return found

    @router.get(
        f"{ONE}/nodes", response=PlacementOut, auth=Needs(permission % "view"), operation_id=f"read_nodes_of_{tag}"
    )
    def read(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the name in the path
        """Tell on which nodes it lives."""
        return _shown(find(request.user, id), request.user)

    @router.put(f"{ONE}/nodes", response=PlacementOut, auth=Needs(permission % "change"), operation_id=f"place_{tag}")
    def place(request: HttpRequest, id: uuid.UUID, payload: PlacementIn) -> Any:  # noqa: A002 - as above
        """Choose the nodes on which it lives; those that it leaves or enters follow within seconds."""
        instance = find(request.user, id)
        nodes = [
            visible_reference(Node.objects.all(), key=key, user=request.user, field="nodes") for key in payload.nodes
        ]
        with domain_call():
            place_object(instance=instance, nodes=nodes)
        return _shown(instance, request.user)

    return router


PLACEMENT_ROUTERS = {
    "customers": _router(Customer, "customers"),
    "gateways": _router(Gateway, "gateways"),
    "dids": _router(DID, "dids"),
}
