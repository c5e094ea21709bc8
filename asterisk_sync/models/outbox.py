"""The outbox: changes that nodes have yet to apply, which stay as the history of changes."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from asterisk_sync.models.node import Node
from voipadmin.core.models import BaseModel

# Action -> its label; the database keeps the short names.
ACTIONS = {
    "created": _("created"),
    "changed": _("changed"),
    "deleted": _("deleted"),
    "sync": _("synchronisation asked for"),
    "restore": _("restore asked for"),
    "release": _("hold ended"),
    "apply": _("staged changes applied"),
    "confirm": _("removals confirmed"),
    "adopt": _("drift adopted"),
    "drift": _("files or Asterisk differ"),
    "secret": _("secret of the authorizer renewed"),
    "placed": _("placed on other nodes"),
}


class OutboxEntry(BaseModel):
    """A change that concerns a node, written in the change's own transaction."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="outbox", verbose_name=_("node"))
    generation = models.BigIntegerField(_("generation"))
    object_label = models.CharField(_("kind"), max_length=60)
    object_id = models.CharField(max_length=40)
    object_name = models.CharField(_("object"), max_length=200)
    action = models.CharField(_("action"), max_length=12)
    actor = models.CharField(_("by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ["-generation", "-created_at"]
        indexes = [models.Index(fields=["node", "-generation"], name="outbox_of_node")]

    def __str__(self) -> str:
        return f"{self.object_label} {self.object_name}"

    def action_label(self) -> str:
        """Return the label of the action."""
        return str(ACTIONS.get(self.action, self.action))
