"""What a person has to look at."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from voipadmin.core.models.base import BaseModel, VisibleQuerySet


class Alarm(BaseModel):
    """Something that a person has to look at, from the first time that it was seen until it was over.

    One row is one time that it lasted: seen again while it is open it is counted, seen again later it is a new row.
    """

    # What it is, by the name under which an app declares it (`voipadmin.core.alarms.kinds`), and the object's key.
    kind = models.CharField(_("kind"), max_length=40)
    subject = models.CharField(_("subject"), max_length=120, blank=True, default="")
    opened_at = models.DateTimeField(_("opened at"))
    last_seen_at = models.DateTimeField(_("last seen at"))
    count = models.PositiveIntegerField(_("times seen"), default=1)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    # What its sentence names.
    details = models.JSONField(_("details"), default=dict, blank=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=models.Q(closed_at=None), name="alarm_open_once"
            ),
            models.CheckConstraint(
                condition=models.Q(last_seen_at__gte=models.F("opened_at")), name="alarm_seen_after_it_opened"
            ),
        ]
        indexes = [models.Index(fields=["-opened_at"], name="alarm_newest_first")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}".strip()
