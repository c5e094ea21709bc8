"""Writes about nodes: synchronise now, put an earlier set back and hold it, release it, apply the set that waits."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from asterisk_sync.changes.outbox import ObjectChange, acting_user, record_changes
from asterisk_sync.changes.placement import nodes_carrying
from asterisk_sync.changes.queries import waiting_generation
from asterisk_sync.models import AgiSecret, Generation, GenerationStatus, Node, new_agi_secret
from voipadmin.core.errors import DomainError


class NodeDisabledError(DomainError):
    """The node is switched off."""

    code = "node_disabled"


class NotHeldError(DomainError):
    """There is no hold to end."""

    code = "not_held"


class SupersededError(DomainError):
    """The set that was looked at is no longer the newest one that waits."""

    code = "superseded"


class NotRestorableError(DomainError):
    """The set cannot be put back."""

    code = "not_restorable"


def request_sync(*, node: Node, actor: str = "", action: str = "sync") -> None:
    """Ask for a complete set to be written, reloaded and read back; a worker does it."""
    if not node.enabled:
        raise NodeDisabledError(_("This node is disabled."))
    token = acting_user.set(actor or acting_user.get())
    try:
        record_changes([ObjectChange.of(node, action)], nodes_carrying(node))
    finally:
        acting_user.reset(token)


def renew_agi_secret(*, node: Node, actor: str = "") -> None:
    """Give a node a new secret to sign with. The one that it runs is accepted until it runs the new one."""
    with transaction.atomic():
        request_sync(node=node, actor=actor, action="secret")
        wanted = Node.objects.values_list("desired_generation", flat=True).get(pk=node.pk)
        AgiSecret.objects.update_or_create(node=node, generation=wanted, defaults={"secret": new_agi_secret()})


def restore_generation(*, node: Node, generation: Generation, actor: str = "") -> None:
    """Ask for an earlier set to be put back and held: changes wait until `release_hold`."""
    if generation.node_id != node.pk or generation.status != GenerationStatus.ACCEPTED:
        raise NotRestorableError(_("Asterisk never accepted this set on this node."))
    _choose(node, generation, held=True, actor=actor, action="restore")


def adopt_generation(*, node: Node, generation: Generation, actor: str = "") -> None:
    """Ask for a set that was found on the node to be taken as it is, and held."""
    if generation.node_id != node.pk or generation.status != GenerationStatus.DRIFTED:
        raise NotRestorableError(_("This set was not found on this node."))
    _choose(node, generation, held=True, actor=actor, action="adopt")


def release_hold(*, node: Node, actor: str = "") -> None:
    """Let the database count again; whatever waited is applied."""
    with transaction.atomic():
        if not Node.objects.filter(pk=node.pk, held=True).update(held=False, chosen=None):
            raise NotHeldError(_("Nothing is held on this node."))
        request_sync(node=node, actor=actor, action="release")


def apply_waiting(*, node: Node, generation: Generation, actor: str = "") -> None:
    """Apply the set that waits, staged or for a confirmation; raise SupersededError where it is not the newest one."""
    waiting = waiting_generation(node)
    if waiting is None or waiting.pk != generation.pk:
        raise SupersededError(_("This set no longer waits: newer changes came, or it was applied. Look again."))
    action = "confirm" if generation.status == GenerationStatus.CONFIRM else "apply"
    _choose(node, generation, held=False, actor=actor, action=action)


def _choose(node: Node, generation: Generation, *, held: bool, actor: str, action: str) -> None:
    if not generation.text_kept:
        raise NotRestorableError(_("The text of this set is no longer kept."))
    with transaction.atomic():
        Node.objects.filter(pk=node.pk).update(chosen=generation, held=held)
        request_sync(node=node, actor=actor, action=action)
