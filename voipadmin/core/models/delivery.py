"""Who is told of alarms, by mail and by webhook, and what is on its way to them."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voipadmin.core.fields import EncryptedTextField
from voipadmin.core.models.alarms import AlarmEvent
from voipadmin.core.models.base import BaseModel, VisibleQuerySet, known_choices
from voipadmin.core.validators import validate_name


def languages() -> list[tuple[str, Any]]:
    """Return the languages in which people can be written to."""
    return list(settings.LANGUAGES)


class Addressee(BaseModel):
    """Who is told of which alarms: of some kinds, or of all; of the severe ones, or of all."""

    keeps_changelog = True

    name = models.CharField(_("name"), max_length=80, unique=True, validators=[validate_name])
    enabled = models.BooleanField(_("enabled"), default=True)
    severe_only = models.BooleanField(
        _("severe alarms only"), default=False, help_text=_("Only where calls or money are being lost.")
    )
    kinds = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("kinds of alarms"),
        default=list,
        blank=True,
        help_text=_("None chosen: all kinds."),
    )
    language = models.CharField(_("language"), max_length=10, choices=languages, default="pt-br")

    objects = VisibleQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class AlarmReceiver(Addressee):
    """Whoever gets alarms by mail."""

    email = models.EmailField(_("e-mail"), max_length=200)

    class Meta:
        verbose_name = _("alarm receiver")
        verbose_name_plural = _("alarm receivers")
        ordering = ["name"]

    def get_absolute_url(self) -> str:
        """Return the page of this receiver."""
        return reverse("core:alarmreceiver_detail", args=[self.pk])


class Webhook(Addressee):
    """A program that is sent alarms, signed after Standard Webhooks.

    The secret is shown once. Where it was renewed, the one before it signs as well until `old_secret_until`.
    """

    url = models.CharField(_("address"), max_length=500, help_text=_("Such as https://example.com/alarms."))
    secret = EncryptedTextField(_("secret"), editable=False)
    secret_shown_at = models.DateTimeField(null=True, blank=True, editable=False)
    old_secret = EncryptedTextField(_("secret before"), blank=True, editable=False)
    old_secret_until = models.DateTimeField(_("secret before signs until"), null=True, blank=True, editable=False)
    failing_since = models.DateTimeField(_("takes nothing since"), null=True, blank=True, editable=False)
    # Why the panel switched it off; empty where nobody or a person did.
    disabled_reason = models.CharField(_("why it was switched off"), max_length=500, blank=True, editable=False)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["name"]

    def get_absolute_url(self) -> str:
        """Return the page of this webhook."""
        return reverse("core:webhook_detail", args=[self.pk])

    @property
    def secrets_in_force(self) -> list[str]:
        """Return the secrets by which messages are signed, the newest first."""
        until = self.old_secret_until
        overlaps = bool(self.old_secret) and until is not None and until > timezone.now()
        return [self.secret, self.old_secret] if overlaps else [self.secret]


class MessageStatus(models.TextChoices):
    """What has become of a message."""

    WAITING = "waiting", _("Waits")
    DELIVERED = "delivered", _("Delivered")
    GIVEN_UP = "given_up", _("Given up")


class WebhookMessage(BaseModel):
    """What a webhook is to be sent; its key is the `webhook-id`, the same however often it is sent."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="messages", verbose_name=_("webhook"))
    # None: a test that somebody asked for.
    event = models.ForeignKey(AlarmEvent, on_delete=models.CASCADE, null=True, blank=True, related_name="messages")
    type = models.CharField(_("type"), max_length=40)
    # As it is sent: what is sent again is the same, to the byte.
    body = models.TextField(_("body"))
    status = models.CharField(_("status"), max_length=10, choices=MessageStatus.choices, default=MessageStatus.WAITING)
    due_at = models.DateTimeField(_("next try"))
    failures = models.PositiveSmallIntegerField(_("failures"), default=0)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook message")
        verbose_name_plural = _("webhook messages")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["webhook", "event"], name="webhook_message_once"),
            known_choices("webhook_message_status_known", status=MessageStatus),
        ]
        indexes = [
            models.Index(fields=["webhook", "due_at"], condition=Q(status="waiting"), name="webhook_message_due"),
            models.Index(fields=["-created_at"], name="webhook_message_newest_first"),
        ]

    def __str__(self) -> str:
        return f"{self.type} → {self.webhook}"

    def get_absolute_url(self) -> str:
        """Return the page of this message."""
        return reverse("core:webhookmessage_detail", args=[self.pk])

    @property
    def message_id(self) -> str:
        """Return the `webhook-id`."""
        return f"msg_{self.pk.hex}"

    @admin.display(description="webhook-id")
    def webhook_id_header(self) -> str:
        """Return it under the name of its header."""
        return self.message_id


class WebhookAttempt(BaseModel):
    """One try to deliver a message: when, how long it took, and what was answered."""

    message = models.ForeignKey(WebhookMessage, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField(_("at"))
    status = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    milliseconds = models.PositiveIntegerField(_("took (ms)"))
    excerpt = models.TextField(_("answer"), blank=True)
    error = models.CharField(_("error"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("delivery attempt")
        verbose_name_plural = _("delivery attempts")
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.status or self.error}"


class AlarmMail(BaseModel):
    """A step of an alarm that a receiver is to be written of; several of one kind go as one letter."""

    receiver = models.ForeignKey(AlarmReceiver, on_delete=models.CASCADE, related_name="mails")
    event = models.ForeignKey(AlarmEvent, on_delete=models.CASCADE, related_name="mails")
    status = models.CharField(max_length=10, choices=MessageStatus.choices, default=MessageStatus.WAITING)
    due_at = models.DateTimeField()
    failures = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("mail of an alarm")
        verbose_name_plural = _("mails of alarms")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["receiver", "event"], name="alarm_mail_once"),
            known_choices("alarm_mail_status_known", status=MessageStatus),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(status="waiting"), name="alarm_mail_due"),
            models.Index(fields=["receiver", "-sent_at"], name="alarm_mail_last_sent"),
        ]

    def __str__(self) -> str:
        return f"{self.event} → {self.receiver}"
