"""Sets of files: what was rendered for a node or found on it, and what became of it."""

from django.db import models
from django.db.models import Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from asterisk_sync.models.node import Node
from voipadmin.core.fields import EncryptedTextField
from voipadmin.core.models import BaseModel, VisibleQuerySet


class GenerationStatus(models.TextChoices):
    """What became of a set."""

    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")
    STAGED = "staged", _("Waits to be applied")
    CONFIRM = "confirm", _("Waits for confirmation")
    DRIFTED = "drifted", _("Found on the node")


class Generation(BaseModel):
    """A set of files that was rendered for a node, or found on it, and what became of it."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="generations", verbose_name=_("node"))
    number = models.BigIntegerField(_("number"))
    content_hash = models.CharField(_("hash"), max_length=64)
    directory = models.CharField(_("directory"), max_length=80, blank=True)
    files = models.JSONField(_("files"), default=dict, help_text=_("Hash and size of each file."))
    object_counts = models.JSONField(_("objects"), default=dict)
    status = models.CharField(
        _("status"),
        max_length=8,
        choices=GenerationStatus.choices,
        default=GenerationStatus.ACCEPTED,
        db_default=GenerationStatus.ACCEPTED,
    )
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    refused_reason = models.TextField(_("why it was refused"), blank=True)
    # Kind -> names of what the set before it had and this one has not.
    removals = models.JSONField(_("removals"), default=dict, blank=True, db_default=Value({}, models.JSONField()))
    # What was read back from the running Asterisk: kind -> how many were compared.
    verification = models.JSONField(_("read back"), default=dict, blank=True, db_default=Value({}, models.JSONField()))
    text_kept = models.BooleanField(_("text is kept"), default=False, db_default=False)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("generation")
        verbose_name_plural = _("generations")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["node", "-number"], name="generation_of_node")]

    def __str__(self) -> str:
        return f"{self.node}/gen-{self.number}"

    def get_absolute_url(self) -> str:
        """Return the page of this generation."""
        return reverse("asterisk_sync:generation_detail", args=[self.pk])


class FileContent(BaseModel):
    """The text of a generated file, once for all generations that have it: compressed and encrypted."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="contents", verbose_name=_("node"))
    sha256 = models.CharField(_("hash"), max_length=64)
    packed = EncryptedTextField()

    class Meta:
        verbose_name = _("content of a file")
        verbose_name_plural = _("contents of files")
        constraints = [models.UniqueConstraint(fields=["node", "sha256"], name="content_once_a_node")]

    def __str__(self) -> str:
        return self.sha256[:12]
