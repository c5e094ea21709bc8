"""Nodes, what each should run and does run, and how every attempt to get there went."""

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from billing.models import SpoolPosition
from voipadmin.core import validators
from voipadmin.core.fields import EncryptedTextField
from voipadmin.core.models import BaseModel, VisibleQuerySet


def default_config_path() -> str:
    """Return the configuration directory of the settings."""
    return str(settings.ASTERISK_CONFIG_PATH)


def default_spool_path() -> str:
    """Return the outgoing spool of the settings."""
    return str(settings.ASTERISK_SPOOL_PATH)


def default_cdr_path() -> str:
    """Return the call record spool of the settings."""
    return str(settings.ASTERISK_CDR_PATH)


# Why a change is in the queue, and what began a run, in words; the database keeps the short names.
ACTIONS = {
    "created": _("created"),
    "changed": _("changed"),
    "deleted": _("deleted"),
    "sync": _("synchronisation asked for"),
    "restore": _("restore asked for"),
    "drift": _("files or Asterisk differ"),
}
TRIGGERS = {"change": _("a change"), "command": _("a command")}


class SyncState(models.TextChoices):
    """Whether a node runs what the database says."""

    APPLIED = "applied", _("Applied")
    PENDING = "pending", _("Pending")
    REFUSED = "refused", _("Refused")
    UNREACHABLE = "unreachable", _("Unreachable")


class Node(BaseModel):
    """One Asterisk. `desired_generation` rises with each change that concerns it."""

    name = models.CharField(_("name"), max_length=60, unique=True, validators=[validators.validate_code])
    host = models.CharField(
        _("host"), max_length=253, default="127.0.0.1", help_text=_("Address at which customers reach it.")
    )
    ami_host = models.CharField(_("AMI host"), max_length=253, default="127.0.0.1")
    ami_port = models.PositiveIntegerField(
        _("AMI port"), default=5038, validators=[MinValueValidator(1), MaxValueValidator(65_535)]
    )
    ami_username = models.CharField(
        _("AMI user"), max_length=60, default="voipadmin", validators=[validators.validate_code]
    )
    ami_secret = EncryptedTextField(_("AMI secret"), blank=True, validators=[validators.validate_sip_secret])
    config_path = models.CharField(_("configuration directory"), max_length=500, default=default_config_path)
    spool_path = models.CharField(_("spool directory"), max_length=500, default=default_spool_path)
    cdr_path = models.CharField(_("call record file"), max_length=500, default=default_cdr_path)
    enabled = models.BooleanField(_("enabled"), default=True)

    desired_generation = models.BigIntegerField(_("wanted generation"), default=0, editable=False)
    applied_generation = models.BigIntegerField(_("applied generation"), default=0, editable=False)
    attempted_generation = models.BigIntegerField(_("attempted generation"), default=0, editable=False)
    state = models.CharField(
        _("state"), max_length=12, choices=SyncState.choices, default=SyncState.PENDING, editable=False
    )
    reason = models.TextField(_("reason"), blank=True, editable=False)
    retry_at = models.DateTimeField(_("next try"), null=True, blank=True, editable=False)
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True, editable=False)
    # A set that somebody asked to put back; the worker clears it when that is done.
    restoring = models.ForeignKey(
        "Generation",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("being restored"),
    )

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("node")
        verbose_name_plural = _("nodes")
        ordering = ["name"]
        permissions = [("sync_node", _("Can apply, compare and restore configurations"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(applied_generation__lte=F("desired_generation")), name="node_applied_not_ahead"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the page of this node."""
        return reverse("asterisk_sync:node_detail", args=[self.pk])

    def clean(self) -> None:
        """A call record file is one node's, under one name: read as another's, each call would be charged again."""
        if Node.objects.filter(cdr_path=self.cdr_path).exclude(pk=self.pk).exists():
            raise ValidationError({"cdr_path": _("This is another node's call record file.")})
        imported = SpoolPosition.objects.filter(path=self.cdr_path).exclude(node_name=self.name).first()
        if imported is not None:
            fault = ValidationError(
                _("Calls of this file were imported as node %(node)s. Keep that name."),
                params={"node": imported.node_name},
            )
            raise ValidationError({"name": fault})

    @property
    def is_pending(self) -> bool:
        """Tell whether changes wait that have not been tried."""
        return self.attempted_generation < self.desired_generation


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

    def action_in_words(self) -> str:
        """Say why it is in the queue."""
        return str(ACTIONS.get(self.action, self.action))


class Generation(BaseModel):
    """A set of files that was rendered for a node, and whether Asterisk took it."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="generations", verbose_name=_("node"))
    number = models.BigIntegerField(_("number"))
    content_hash = models.CharField(_("hash"), max_length=64)
    directory = models.CharField(_("directory"), max_length=80, blank=True)
    files = models.JSONField(_("files"), default=dict, help_text=_("Hash and size of each file."))
    object_counts = models.JSONField(_("objects"), default=dict)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    refused_reason = models.TextField(_("why it was refused"), blank=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("generation")
        verbose_name_plural = _("generations")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["node", "-number"], name="generation_of_node")]

    def __str__(self) -> str:
        return f"{self.node}/gen-{self.number}"


class GenerationContent(BaseModel):
    """The text of a generation's files, compressed and encrypted (it holds SIP secrets); the oldest are dropped."""

    generation = models.OneToOneField(
        Generation, on_delete=models.CASCADE, related_name="content", verbose_name=_("generation")
    )
    packed = EncryptedTextField()

    class Meta:
        verbose_name = _("content of a generation")
        verbose_name_plural = _("contents of generations")

    def __str__(self) -> str:
        return str(self.generation)


class RunOutcome(models.TextChoices):
    """How a run ended."""

    RUNNING = "running", _("Running")
    APPLIED = "applied", _("Applied")
    UNCHANGED = "unchanged", _("Nothing to change")
    REFUSED = "refused", _("Refused")
    ROLLED_BACK = "rolled_back", _("Rolled back")
    UNREACHABLE = "unreachable", _("Unreachable")
    FAILED = "failed", _("Failed")


class SyncRun(BaseModel):
    """One pass of the pipeline over a node, with the time of each step in milliseconds."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="runs", verbose_name=_("node"))
    wanted_generation = models.BigIntegerField(_("wanted generation"))
    generation = models.ForeignKey(Generation, on_delete=models.SET_NULL, null=True, blank=True, related_name="runs")
    outcome = models.CharField(_("outcome"), max_length=12, choices=RunOutcome.choices, default=RunOutcome.RUNNING)
    reason = models.TextField(_("reason"), blank=True)
    timings = models.JSONField(_("timings"), default=dict)
    diff = models.TextField(_("difference"), blank=True)
    trigger = models.CharField(_("trigger"), max_length=20, default="change")
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["node", "-created_at"], name="run_of_node")]

    def __str__(self) -> str:
        return f"{self.node} · {self.wanted_generation} · {self.get_outcome_display()}"

    @admin.display(description=_("trigger"))
    def triggered_by(self) -> str:
        """Say what began the run."""
        return str(TRIGGERS.get(self.trigger, self.trigger))
