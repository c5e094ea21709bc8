"""Receivers of Django's signals: a saved, moved or deleted object is a change for the nodes that carry it.

1. Before a save the nodes that carry the stored row are kept on the instance, and after it the change is recorded for
   these and for the nodes that carry the new one. Nothing is recorded where no field that a file holds has changed.
2. Before a deletion the nodes are kept, as the placements go with the object.
3. `update()` and `bulk_*` send no signals of Django: services that use them on these models send `objects_changed`.
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
from asterisk_sync.models import Conference, Node
from billing.authorization.stops.static_bounds import StaticBound, bound_of
from billing.models import Account
from customers.models import Customer, Extension, TrunkAddress
from numbering.models import DID, DIDAllocation
from routing.models import Gateway, Route, RouteGateway
from voipadmin.core.models import DialingRule, PlanRange, ServiceCode
from voipadmin.core.signals import objects_changed

TIMESTAMPS = frozenset({"created_at", "updated_at"})
# Watched model -> fields that no file holds: a change of these alone is none for Asterisk.
UNRENDERED: dict[type[models.Model], frozenset[str]] = {
    Customer: frozenset(
        {"name", "contact_name", "contact_email", "contact_phone", "notes"}
        | {"legal_name", "tax_number", "street", "district", "city", "state", "postal_code", "country"}
        | {"billing_email", "payment_days", "statement_language"}
    ),
    TrunkAddress: frozenset(),
    Extension: frozenset(),
    Gateway: frozenset(),
    Route: frozenset({"name"}),
    RouteGateway: frozenset(),
    DID: frozenset({"notes", "monthly_cost", "quarantined_until"}),
    DIDAllocation: frozenset(),
    DialingRule: frozenset({"name"}),
    ServiceCode: frozenset({"name"}),
    PlanRange: frozenset({"name"}),
    # That a customer has a conference, and its dial-in number.
    Conference: frozenset(
        {"name", "caller_id_number", "ring_seconds", "longest_minutes", "waits_for_moderator", "ends_with_moderator"}
        | {"records", "pin", "starts_at", "repeats", "remind_minutes", "next_at", "reminded_for"}
    ),
    Node: frozenset(
        {"name", "host", "spool_path", "cdr_path", "desired_generation", "applied_generation", "attempted_generation"}
        | {"state", "reason", "retry_at", "last_seen_at", "chosen", "held", "on_drift"}
        | {"worker_version", "worker_protocol", "worker_seen_at", "originate_username", "originate_secret"}
    ),
}
# Attribute of an instance between two signals: the nodes that carried it, or how its account was asked about.
KEPT = "_asterisk_sync_kept"


def connect() -> None:
    """Connect every receiver; called once by the app."""
    for model in UNRENDERED:
        name = model._meta.label_lower
        pre_save.connect(keep_nodes_of_stored_row, sender=model, dispatch_uid=f"asterisk_sync.pre_save.{name}")
        post_save.connect(note_save, sender=model, dispatch_uid=f"asterisk_sync.post_save.{name}")
        # Nodes are deleted with their outbox: there is nobody left to tell.
        if model is not Node:
            pre_delete.connect(
                keep_nodes_before_deletion, sender=model, dispatch_uid=f"asterisk_sync.pre_delete.{name}"
            )
            post_delete.connect(note_delete, sender=model, dispatch_uid=f"asterisk_sync.post_delete.{name}")
    m2m_changed.connect(
        note_route_customers, sender=Route.customers.through, dispatch_uid="asterisk_sync.m2m.route_customers"
    )
    pre_save.connect(keep_bound_of_stored_account, sender=Account, dispatch_uid="asterisk_sync.pre_save.account")
    post_save.connect(note_account, sender=Account, dispatch_uid="asterisk_sync.post_save.account")
    objects_changed.connect(note_bulk, dispatch_uid="asterisk_sync.objects_changed")


def keep_nodes_of_stored_row(sender: type[models.Model], instance: models.Model, **_kwargs: Any) -> None:
    """Keep the nodes that carry the stored row: an object that moves changes the nodes that it leaves as well.

    None is kept where no field that a file holds has changed, so that `note_save` records nothing.
    """
    stored = None if instance._state.adding else sender._default_manager.filter(pk=instance.pk).first()
    left: frozenset[UUID] | None = frozenset()
    if stored is not None:
        left = nodes_carrying(stored) if _renders_differently(stored, instance) else None
    setattr(instance, KEPT, left)
    # The worker beside a renamed node still listens to the queue of its old name.
    if isinstance(stored, Node) and isinstance(instance, Node) and stored.name != instance.name:
        transaction.on_commit(partial(call_to_new_queue, stored), robust=True)


def _renders_differently(stored: models.Model, instance: models.Model) -> bool:
    ignored = TIMESTAMPS | UNRENDERED[type(stored)]
    names = [field.attname for field in stored._meta.concrete_fields if field.name not in ignored]
    return any(getattr(stored, name) != getattr(instance, name) for name in names)


def note_save(instance: models.Model, created: bool, **_kwargs: Any) -> None:
    """Record a created or changed object."""
    left: frozenset[UUID] | None = instance.__dict__.pop(KEPT, frozenset())
    if left is not None:
        change = ObjectChange.of(instance, "created" if created else "changed")
        record_changes([change], left | nodes_carrying(instance))


def keep_nodes_before_deletion(instance: models.Model, **_kwargs: Any) -> None:
    """Keep the nodes that carry an object which is about to be deleted: its placements go before it."""
    setattr(instance, KEPT, nodes_carrying(instance))


def note_delete(instance: models.Model, **_kwargs: Any) -> None:
    """Record a deleted object; those that a cascade deletes send the signal too."""
    record_changes([ObjectChange.of(instance, "deleted")], instance.__dict__.pop(KEPT, None) or frozenset())


def note_route_customers(
    instance: models.Model, action: str, model: type[models.Model], pk_set: set[UUID] | None, **_kwargs: Any
) -> None:
    """Record routes whose customers changed, whichever side of the relation was written."""
    # Before a clear() and not after it, when it can no longer be seen which routes it was about.
    if action not in {"post_add", "post_remove", "pre_clear"}:
        return
    if isinstance(instance, Route):
        routes: Sequence[models.Model] = [instance]
    elif action == "pre_clear":
        routes = list(Route.objects.filter(customers=instance.pk))
    else:
        routes = list(model._default_manager.filter(pk__in=pk_set or ()))
    note_bulk(sender=Route, objects=routes)


def keep_bound_of_stored_account(instance: Account, **_kwargs: Any) -> None:
    """Keep what the files say of the stored account: nothing else of an account is rendered."""
    stored = None if instance._state.adding else Account.objects.filter(pk=instance.pk).first()
    setattr(instance, KEPT, bound_of(stored))


def note_account(instance: Account, **_kwargs: Any) -> None:
    """Record an account of which the files say something else from now on: that it is stopped, or how it may call."""
    if instance.__dict__.pop(KEPT, StaticBound()) != bound_of(instance):
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
