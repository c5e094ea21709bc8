"""Which saved, moved or deleted object touches which node.

`update()` and `bulk_*` send nothing: services that use them on these models send `objects_changed` themselves.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete, pre_save

from asterisk_sync.changes.outbox import ObjectChange, record_changes
from asterisk_sync.changes.placement import nodes_carrying, nodes_of_each
from asterisk_sync.changes.workers import call_to_new_queue
from asterisk_sync.models import Node
from billing.models import Account
from customers.models import Customer, Extension, TrunkAddress
from numbering.models import DID, DIDAllocation
from routing.models import Gateway, Route, RouteGateway
from voipadmin.core.signals import objects_changed

BOOKKEEPING = frozenset({"created_at", "updated_at"})
# Watched model -> fields that no file holds, besides the bookkeeping.
UNRENDERED: dict[type[models.Model], frozenset[str]] = {
    Customer: frozenset({"name", "contact_name", "contact_email", "contact_phone", "notes"}),
    TrunkAddress: frozenset(),
    Extension: frozenset(),
    Gateway: frozenset(),
    Route: frozenset({"name"}),
    RouteGateway: frozenset(),
    DID: frozenset({"notes", "monthly_cost", "quarantined_until"}),
    DIDAllocation: frozenset(),
    Node: frozenset(
        {"name", "host", "spool_path", "cdr_path", "desired_generation", "applied_generation", "attempted_generation"}
        | {"state", "reason", "retry_at", "last_seen_at", "chosen", "held", "on_drift"}
        | {"worker_version", "worker_protocol", "worker_seen_at"}
    ),
}
LEFT = "_nodes_left"


def connect() -> None:
    """Connect every receiver; called once by the app."""
    for model in UNRENDERED:
        name = model._meta.label_lower
        pre_save.connect(remember_what_it_leaves, sender=model, dispatch_uid=f"asterisk_sync.pre_save.{name}")
        post_save.connect(note_save, sender=model, dispatch_uid=f"asterisk_sync.post_save.{name}")
        if model is not Node:
            pre_delete.connect(remember_where_it_lives, sender=model, dispatch_uid=f"asterisk_sync.pre_delete.{name}")
            post_delete.connect(note_delete, sender=model, dispatch_uid=f"asterisk_sync.post_delete.{name}")
    m2m_changed.connect(
        note_route_customers, sender=Route.customers.through, dispatch_uid="asterisk_sync.m2m.route_customers"
    )
    pre_save.connect(remember_whether_asked, sender=Account, dispatch_uid="asterisk_sync.pre_save.account")
    post_save.connect(note_asked, sender=Account, dispatch_uid="asterisk_sync.post_save.account")
    objects_changed.connect(note_bulk, dispatch_uid="asterisk_sync.objects_changed")


def remember_what_it_leaves(sender: type[models.Model], instance: models.Model, **_kwargs: Any) -> None:
    """Keep the nodes that carry the stored row: a moved object touches what it leaves as well as where it goes.

    None is kept where nothing that a file holds has changed.
    """
    stored = None if instance._state.adding else sender._default_manager.filter(pk=instance.pk).first()
    left: frozenset[UUID] | None = frozenset()
    if stored is not None:
        left = nodes_carrying(stored) if _renders_differently(stored, instance) else None
    setattr(instance, LEFT, left)
    if isinstance(stored, Node) and isinstance(instance, Node) and stored.name != instance.name:
        transaction.on_commit(partial(call_to_new_queue, stored), robust=True)


def _renders_differently(stored: models.Model, instance: models.Model) -> bool:
    ignored = BOOKKEEPING | UNRENDERED[type(stored)]
    names = [field.attname for field in stored._meta.concrete_fields if field.name not in ignored]
    return any(getattr(stored, name) != getattr(instance, name) for name in names)


def note_save(instance: models.Model, created: bool, **_kwargs: Any) -> None:
    """Record a created or changed object."""
    left: frozenset[UUID] | None = instance.__dict__.pop(LEFT, frozenset())
    if left is not None:
        change = ObjectChange.of(instance, "created" if created else "changed")
        record_changes([change], left | nodes_carrying(instance))


def remember_where_it_lives(instance: models.Model, **_kwargs: Any) -> None:
    """Keep the nodes of an object that is about to go: its placement goes before it."""
    setattr(instance, LEFT, nodes_carrying(instance))


def note_delete(instance: models.Model, **_kwargs: Any) -> None:
    """Record a deleted object, cascades included."""
    record_changes([ObjectChange.of(instance, "deleted")], instance.__dict__.pop(LEFT, None) or frozenset())


def note_route_customers(
    instance: models.Model, action: str, model: type[models.Model], pk_set: set[UUID] | None, **_kwargs: Any
) -> None:
    """Record routes that were given to, or taken from, customers; from either side of the relation."""
    if action not in {"post_add", "post_remove", "pre_clear"}:
        return
    if isinstance(instance, Route):
        routes: Sequence[models.Model] = [instance]
    elif action == "pre_clear":
        routes = list(Route.objects.filter(customers=instance.pk))
    else:
        routes = list(model._default_manager.filter(pk__in=pk_set or ()))
    note_bulk(sender=Route, objects=routes)


def _asks(account: Account | None) -> str:
    return account.kind if account is not None and account.has_to_be_asked else ""


def remember_whether_asked(instance: Account, **_kwargs: Any) -> None:
    """Keep how a customer's calls are asked about: nothing else of its account is rendered."""
    stored = None if instance._state.adding else Account.objects.filter(pk=instance.pk).first()
    setattr(instance, LEFT, _asks(stored))


def note_asked(instance: Account, **_kwargs: Any) -> None:
    """Record an account whose calls are asked about from now on, otherwise, or no more."""
    if instance.__dict__.pop(LEFT, "") != _asks(instance):
        record_changes([ObjectChange.of(instance, "changed")], nodes_carrying(instance.customer))


def note_bulk(sender: type[models.Model], objects: Sequence[models.Model], **_kwargs: Any) -> None:
    """Record many objects of one model that a service wrote at once, each for the nodes that carry it."""
    if sender not in UNRENDERED:
        return
    together: dict[frozenset[UUID], list[ObjectChange]] = defaultdict(list)
    for item, nodes in zip(objects, nodes_of_each(objects), strict=True):
        together[nodes].append(ObjectChange.of(item, "changed"))
    for nodes, changes in together.items():
        record_changes(changes, nodes)
