"""Which node carries which object, and how an object is placed on other nodes.

1. Customers, gateways and DIDs are on every node, or on the nodes that were chosen for them (their placements).
2. Extensions and trunk addresses are where their customer is.
3. A DID is where its customer is; its own placements narrow that.
4. A route is wherever one of its gateways is.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from auditlog.models import LogEntry
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from asterisk_sync.changes.outbox import ObjectChange, record_changes
from asterisk_sync.models import Conference, Node, Placement
from customers.models import Customer, Extension, TrunkAddress
from numbering.models import DID, DIDAllocation
from routing.models import Gateway, Route, RouteGateway
from voipadmin.core.errors import DomainError, Message
from voipadmin.core.models import DialingRule, PlanRange, ServiceCode

# What an object follows: keys of customers, gateways and DIDs. It is on a node that carries all of one group; an empty
# group is carried everywhere, no group nowhere.
Groups = list[tuple[UUID, ...]]
BATCH = 5000
PLACED_BY: dict[type[models.Model], str] = {Customer: "customer", Gateway: "gateway", DID: "did"}


class NotPlaceableError(DomainError):
    """An object of this kind cannot be placed, or one of the nodes is gone."""

    code = "not_placeable"


def nodes_carrying(instance: models.Model) -> frozenset[UUID]:
    """Return the enabled nodes whose configuration `instance` is part of."""
    return nodes_of_each([instance])[0]


def nodes_of_each(instances: Sequence[models.Model]) -> list[frozenset[UUID]]:
    """Return the nodes that carry each of many objects of one model, with a few queries for each 5,000 of them."""
    enabled = frozenset(Node.objects.filter(enabled=True).values_list("pk", flat=True))
    if instances and isinstance(instances[0], Node):
        return [enabled & {instance.pk} for instance in instances]
    found: list[frozenset[UUID]] = []
    for start in range(0, len(instances), BATCH):
        batch = instances[start : start + BATCH]
        groups = GROUPS_OF[type(batch[0])](batch)
        chosen = _chosen_nodes({key for wanted in groups for group in wanted for key in group})
        found += [_carriers(wanted, chosen, enabled) for wanted in groups]
    return found


def _carriers(groups: Groups, chosen: Mapping[UUID, set[UUID]], enabled: frozenset[UUID]) -> frozenset[UUID]:
    """Return the nodes that carry all objects of one of the groups."""
    found: frozenset[UUID] = frozenset()
    for group in groups:
        found |= enabled.intersection(*(chosen[key] for key in group if key in chosen))
    return found


def _chosen_nodes(keys: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Return the nodes of those of the objects that have placements."""
    rows = Placement.objects.filter(Q(customer__in=keys) | Q(gateway__in=keys) | Q(did__in=keys))
    chosen: dict[UUID, set[UUID]] = defaultdict(set)
    for node, *owners in rows.values_list("node_id", "customer_id", "gateway_id", "did_id"):
        # A constraint of the table: exactly one of the three columns is set.
        chosen[next(owner for owner in owners if owner)].add(node)
    return chosen


def _itself(instances: Sequence[Any]) -> list[Groups]:
    return [[(instance.pk,)] for instance in instances]


def _everywhere(instances: Sequence[Any]) -> list[Groups]:
    return [[()] for _instance in instances]


def _its_customer(instances: Sequence[Any]) -> list[Groups]:
    return [[(instance.customer_id,)] for instance in instances]


def _its_gateway(instances: Sequence[Any]) -> list[Groups]:
    return [[(instance.gateway_id,)] for instance in instances]


def _gateways_of_routes(instances: Sequence[Any]) -> list[Groups]:
    gateways: dict[UUID, Groups] = defaultdict(list)
    for route, gateway in RouteGateway.objects.filter(route__in=instances).values_list("route_id", "gateway_id"):
        gateways[route].append((gateway,))
    # A route is saved before its gateways: until then it counts as being everywhere.
    return [gateways.get(instance.pk, [()]) for instance in instances]


def _last_customers_of_dids(instances: Sequence[Any]) -> list[Groups]:
    """A DID follows its last customer, also right after it was released; one that was never allocated is nowhere."""
    rows = DIDAllocation.objects.filter(did__in=instances).order_by("starts_at", "created_at")
    customers = dict(rows.values_list("did_id", "customer_id"))
    return [[(instance.pk, customers[instance.pk])] if instance.pk in customers else [] for instance in instances]


def _while_allocated(instances: Sequence[Any]) -> list[Groups]:
    return [[(instance.did_id, instance.customer_id)] if instance.ends_at is None else [] for instance in instances]


GROUPS_OF: dict[type[models.Model], Callable[[Sequence[Any]], list[Groups]]] = {
    Customer: _itself,
    Extension: _its_customer,
    TrunkAddress: _its_customer,
    Gateway: _itself,
    Route: _gateways_of_routes,
    RouteGateway: _its_gateway,
    DID: _last_customers_of_dids,
    DIDAllocation: _while_allocated,
    Conference: _its_customer,
    DialingRule: _everywhere,
    ServiceCode: _everywhere,
    PlanRange: _everywhere,
}


def chosen_nodes(instance: models.Model) -> list[Node]:
    """Return the nodes that were chosen for an object, none where it is on every node."""
    return list(Node.objects.filter(**{f"placements__{_kind(instance)}": instance}).order_by("name"))


def trouble_of(instance: models.Model) -> Message:
    """Say why an allocated DID cannot ring on the nodes that carry it; empty where it can, and for other objects."""
    if not isinstance(instance, DID) or not instance.allocations.filter(ends_at=None).exists():
        return ""
    carriers = nodes_carrying(instance)
    if not carriers:
        return _("It lives on no node on which its customer lives: it cannot ring.")
    if instance.gateway is not None and not carriers & nodes_carrying(instance.gateway):
        return _("Its only gateway lives on other nodes: it cannot ring.")
    return ""


def place_object(*, instance: models.Model, nodes: Iterable[Node]) -> None:
    """Place an object on `nodes`, or on every node where none is given; raise NotPlaceableError.

    The change is recorded for the nodes that it leaves or enters, and for no others.
    """
    kind, wanted = _kind(instance), {node.pk: node for node in nodes}
    with transaction.atomic():
        # Locked: of two people who place it at once the second one sees what the first one chose.
        type(instance)._default_manager.select_for_update(of=("self",)).get(pk=instance.pk)
        if Node.objects.filter(pk__in=wanted).count() != len(wanted):
            raise NotPlaceableError(_("One of these nodes is gone."), field="nodes")
        before, names = nodes_carrying(instance), [node.name for node in chosen_nodes(instance)]
        rows = Placement.objects.filter(**{kind: instance})
        rows.exclude(node__in=wanted).delete()
        kept = set(rows.values_list("node_id", flat=True))
        Placement.objects.bulk_create(Placement(node_id=key, **{kind: instance}) for key in wanted if key not in kept)
        # The nodes that carried it and do not any more, and the other way round: nothing changes on all others.
        record_changes([ObjectChange.of(instance, "placed")], before ^ nodes_carrying(instance))
        _note(instance, names, sorted(node.name for node in wanted.values()))


def _note(instance: models.Model, before: list[str], after: list[str]) -> None:
    """Note the old and the new nodes in the changelog of the object."""
    if before != after:
        labels = [", ".join(names) or gettext("every node") for names in (before, after)]
        LogEntry.objects.log_create(instance, action=LogEntry.Action.UPDATE, changes={gettext("nodes"): labels})


def _kind(instance: models.Model) -> str:
    if type(instance) not in PLACED_BY:
        raise NotPlaceableError(_("It lives where the object lives that it belongs to."))
    return PLACED_BY[type(instance)]
