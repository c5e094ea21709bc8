"""Letters on their way: one row for each recipient, which is tried until the mail server takes it."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voipadmin.core.models.jobs import JobModel


class MailStatus(models.TextChoices):
    """What has become of a letter."""

    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")


class OutgoingMail(JobModel):
    """A letter to one recipient; what it says is made from the row when it is sent."""

    recipient = models.EmailField(_("recipient"))
    status = models.CharField(_("status"), max_length=7, choices=MailStatus.choices, default=MailStatus.WAITING)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(_("next try"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    # What the mail server, or we, said against it last.
    error = models.CharField(_("what went wrong"), max_length=300, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.recipient
