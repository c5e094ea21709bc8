"""Writes about nodes: asking for a synchronisation, putting an older set back."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from asterisk_sync.models import Generation, GenerationContent, Node
from asterisk_sync.outbox import Change, acting_user, record_changes
from asterisk_sync.placement import nodes_carrying
from voipadmin.core.errors import DomainError


class NodeDisabledError(DomainError):
    """The node is switched off."""

    code = "node_disabled"


class NotRestorableError(DomainError):
    """The set cannot be put back."""

    code = "not_restorable"


def request_sync(*, node: Node, actor: str = "", action: str = "sync") -> None:
    """Ask for a complete set to be written, reloaded and read back; a worker does it."""
    if not node.enabled:
        raise NodeDisabledError(_("This node is disabled."))
    token = acting_user.set(actor or acting_user.get())
    try:
        record_changes([Change.of(node, action)], nodes_carrying(node))
    finally:
        acting_user.reset(token)


def restore_generation(*, node: Node, generation: Generation, actor: str = "") -> None:
    """Ask for an earlier set to be put back; the next change applies the database again."""
    if generation.node_id != node.pk or generation.accepted_at is None:
        raise NotRestorableError(_("Asterisk never accepted this set on this node."))
    if not GenerationContent.objects.filter(generation=generation).exists():
        raise NotRestorableError(_("The text of this set is no longer kept."))
    with transaction.atomic():
        Node.objects.filter(pk=node.pk).update(restoring=generation)
        request_sync(node=node, actor=actor, action="restore")
