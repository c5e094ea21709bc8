"""A node: one Asterisk, what it should run and what it runs."""

from django.conf import settings
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


class SyncState(models.TextChoices):
    """Whether a node runs what the database says."""

    APPLIED = "applied", _("Applied")
    PENDING = "pending", _("Pending")
    REFUSED = "refused", _("Refused")
    UNREACHABLE = "unreachable", _("Unreachable")
    STAGED = "staged", _("Waits to be applied")
    CONFIRM = "confirm", _("Waits for confirmation")
    HELD = "held", _("Held")


class ApplyMode(models.TextChoices):
    """When a change goes to Asterisk."""

    DIRECT = "direct", _("At once")
    STAGED = "staged", _("When somebody applies it")


class DriftPolicy(models.TextChoices):
    """What is done about a node that was altered past the panel."""

    MEND = "mend", _("Mend it at once, and show it")
    ASK = "ask", _("Show it, and wait for a decision")


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
    # Apart from the user above: the right to originate is the right to run applications.
    originate_username = models.CharField(
        _("AMI user of conferences"),
        max_length=60,
        default="voipadmin-originate",
        db_default="voipadmin-originate",
        validators=[validators.validate_code],
    )
    originate_secret = EncryptedTextField(
        _("AMI secret of conferences"),
        blank=True,
        db_default="",
        validators=[validators.validate_sip_secret],
        help_text=_("Of the user that may originate calls. Without it the node carries no conferences."),
    )
    config_path = models.CharField(_("configuration directory"), max_length=500, default=default_config_path)
    spool_path = models.CharField(_("spool directory"), max_length=500, default=default_spool_path)
    cdr_path = models.CharField(_("call record file"), max_length=500, default=default_cdr_path)
    enabled = models.BooleanField(_("enabled"), default=True)
    mode = models.CharField(
        _("changes are applied"),
        max_length=8,
        choices=ApplyMode.choices,
        default=ApplyMode.DIRECT,
        db_default=ApplyMode.DIRECT,
    )
    on_drift = models.CharField(
        _("alterations on the node"),
        max_length=8,
        choices=DriftPolicy.choices,
        default=DriftPolicy.MEND,
        db_default=DriftPolicy.MEND,
        help_text=_("What happens when files or Asterisk were altered past the panel."),
    )

    desired_generation = models.BigIntegerField(_("wanted generation"), default=0, editable=False)
    applied_generation = models.BigIntegerField(_("applied generation"), default=0, editable=False)
    attempted_generation = models.BigIntegerField(_("attempted generation"), default=0, editable=False)
    state = models.CharField(
        _("state"), max_length=12, choices=SyncState.choices, default=SyncState.PENDING, editable=False
    )
    reason = models.TextField(_("reason"), blank=True, editable=False)
    retry_at = models.DateTimeField(_("next try"), null=True, blank=True, editable=False)
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True, editable=False)
    # A kept set that somebody chose instead of what the database says; cleared once it is live, unless it is held.
    chosen = models.ForeignKey(
        "Generation",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("chosen set"),
    )
    held = models.BooleanField(_("held"), default=False, db_default=False, editable=False)
    worker_version = models.CharField(_("worker's version"), max_length=40, blank=True, db_default="", editable=False)
    worker_protocol = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    worker_seen_at = models.DateTimeField(_("worker last seen"), null=True, blank=True, editable=False)

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
        """Raise ValidationError where the call record file is another node's, or was imported under another name.

        Imported as those of another node, all calls of the file would be charged again.
        """
        if Node.objects.filter(cdr_path=self.cdr_path).exclude(pk=self.pk).exists():
            raise ValidationError({"cdr_path": _("This is another node's call record file.")})
        imported = SpoolPosition.objects.filter(path=self.cdr_path).exclude(node_name=self.name).first()
        if imported is not None:
            error = ValidationError(
                _("Calls of this file were imported as node %(node)s. Keep that name."),
                params={"node": imported.node_name},
            )
            raise ValidationError({"name": error})

    @property
    def is_pending(self) -> bool:
        """Tell whether changes wait that have not been tried."""
        return self.attempted_generation < self.desired_generation
