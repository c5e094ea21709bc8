"""What was found on a node that is not as it was accepted."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from asterisk_sync.models.generation import Generation
from asterisk_sync.models.node import Node
from voipadmin.core.models import BaseModel, VisibleQuerySet


class DriftKind(models.TextChoices):
    """What differs on a node."""

    FILE = "file", _("File altered on the node")
    INCLUDE = "include", _("Missing include")
    LINK = "link", _("Another set is live on the disk")
    LIVE = "live", _("Asterisk runs something else")
    FOREIGN = "foreign", _("Object that the panel does not know")
    DATABASE = "database", _("Change that was never announced")


class Settlement(models.TextChoices):
    """How a finding was settled."""

    MENDED = "mended", _("Mended")
    ADOPTED = "adopted", _("Adopted")
    GONE = "gone", _("Gone by itself")


class DriftFinding(BaseModel):
    """Something on a node that is not as it was accepted; open until it is settled."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="drift", verbose_name=_("node"))
    kind = models.CharField(_("kind"), max_length=8, choices=DriftKind.choices)
    subject = models.CharField(_("what"), max_length=200)
    detail = models.TextField(_("detail"), blank=True)
    # The set as it was found, where it could be read whole: nothing that somebody wrote by hand is lost.
    generation = models.ForeignKey(
        Generation, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("set as found")
    )
    settlement = models.CharField(_("settled"), max_length=8, choices=Settlement.choices, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    settled_by = models.CharField(_("settled by"), max_length=150, blank=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("drift")
        verbose_name_plural = _("drift")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["node", "-created_at"], name="drift_of_node")]
        constraints = [
            # An adopted object stays known: it is not found a second time.
            models.UniqueConstraint(
                fields=["node", "kind", "subject"],
                condition=Q(settlement="") | Q(settlement="adopted", kind="foreign"),
                name="drift_found_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.subject}"
