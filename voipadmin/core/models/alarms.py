"""What a person has to look at: alarms, their history, and for how long which of them are silenced."""

from datetime import datetime
from typing import Any, Self

from django.contrib import admin
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voipadmin.core.errors import Message
from voipadmin.core.models.base import BaseModel, VisibleQuerySet, known_choices

# Code of a kind -> what it is called; `voipadmin.core.alarms.kinds`, which is above the models, fills it.
KIND_NAMES: dict[str, Message] = {}


class AlarmState(models.TextChoices):
    """What has become of an alarm."""

    OPEN = "open", _("Open")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    SILENCED = "silenced", _("Silenced")
    CLOSED = "closed", _("Closed")


class SilenceQuerySet(VisibleQuerySet):
    """Silences."""

    def with_details(self) -> Self:
        """Add the `details` of the newest alarm of the same kind and object, by which people know it; else None."""
        same = Alarm.objects.filter(kind=OuterRef("kind"), subject=OuterRef("subject")).order_by("-opened_at")
        return self.annotate(details=Subquery(same.values("details")[:1]))


class AlarmSilence(BaseModel):
    """Until when which alarms are told to nobody, by whom and why; it ends by itself, or when somebody ends it.

    An empty `kind` is every kind, a `subject` of None every object: the empty subject is the whole installation's.
    """

    kind = models.CharField(_("kind of alarm"), max_length=40, blank=True)
    subject = models.CharField(_("object"), max_length=120, null=True, blank=True)  # noqa: DJ001 - empty has a meaning
    until = models.DateTimeField(_("until"))
    actor = models.CharField(_("by"), max_length=150)
    reason = models.CharField(_("reason"), max_length=200)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.CharField(_("ended by"), max_length=150, blank=True)

    objects = SilenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("silence")
        verbose_name_plural = _("silences")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(kind="") | Q(subject=None), name="silence_of_an_object_names_its_kind")
        ]
        indexes = [models.Index(fields=["until"], condition=Q(ended_at=None), name="silence_not_ended")]

    def __str__(self) -> str:
        return " ".join(part for part in (self.kind, self.subject) if part) or "*"

    @property
    def holds(self) -> bool:
        """Tell whether it holds now."""
        return self.ended_at is None and self.until > timezone.now()


class AlarmQuerySet(VisibleQuerySet):
    """Alarms."""

    def with_silence(self, now: datetime | None = None) -> Self:
        """Add `silenced_until`, None where no silence holds."""
        return self.annotate(silenced_until=Subquery(_silences(now).order_by("-until").values("until")[:1]))

    def in_state(self, state: str, now: datetime | None = None) -> Self:
        """Return those in a state of `AlarmState`; one that is silenced counts as nothing else before it is closed."""
        if state == AlarmState.CLOSED:
            return self.exclude(closed_at=None)
        still = self.filter(closed_at=None)
        if state == AlarmState.SILENCED:
            return still.filter(Exists(_silences(now)))
        is_acknowledged = Q(acknowledged_at__isnull=False)
        return still.exclude(Exists(_silences(now))).filter(
            is_acknowledged if state == AlarmState.ACKNOWLEDGED else ~is_acknowledged
        )


def _silences(now: datetime | None) -> "models.QuerySet[AlarmSilence]":
    """Return the silences that hold for the alarm of the outer query."""
    of_kind = (
        Q(kind="") | Q(kind=OuterRef("kind"), subject=None) | Q(kind=OuterRef("kind"), subject=OuterRef("subject"))
    )
    return AlarmSilence.objects.filter(of_kind, ended_at=None, until__gt=now or timezone.now())


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
    # Empty where it was over by itself.
    closed_by = models.CharField(_("closed by"), max_length=150, blank=True, db_default="")
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True, blank=True)
    acknowledged_by = models.CharField(_("acknowledged by"), max_length=150, blank=True, db_default="")
    # What its sentence names.
    details = models.JSONField(_("details"), default=dict, blank=True)

    objects = AlarmQuerySet.as_manager()

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        # What is not closed comes first, the newest of it before the others.
        ordering = [models.F("closed_at").desc(nulls_first=True), "-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=models.Q(closed_at=None), name="alarm_open_once"
            ),
            models.CheckConstraint(
                condition=models.Q(last_seen_at__gte=models.F("opened_at")), name="alarm_seen_after_it_opened"
            ),
        ]
        indexes = [
            models.Index(fields=["-opened_at"], name="alarm_newest_first"),
            models.Index(
                models.F("closed_at").desc(nulls_first=True), models.F("opened_at").desc(), name="alarm_as_listed"
            ),
            models.Index(fields=["kind", "-opened_at"], name="alarm_of_kind"),
        ]

    def __str__(self) -> str:
        named = KIND_NAMES.get(self.kind)
        return str(named) if named else f"{self.kind} {self.subject}".strip()

    def get_absolute_url(self) -> str:
        """Return the page of this alarm."""
        return reverse("core:alarm_detail", args=[self.pk])

    @property
    def state(self) -> AlarmState:
        """Return what has become of it; whether it is silenced, `with_silence` has to have asked."""
        if self.closed_at is not None:
            return AlarmState.CLOSED
        if getattr(self, "silenced_until", None) is not None:
            return AlarmState.SILENCED
        return AlarmState.OPEN if self.acknowledged_at is None else AlarmState.ACKNOWLEDGED

    @admin.display(description=_("state"))
    def state_in_words(self) -> str:
        """Return the state as people read it."""
        return str(self.state.label)


class AlarmStep(models.TextChoices):
    """What can happen to an alarm."""

    OPENED = "opened", _("Opened")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    SILENCED = "silenced", _("Silenced")
    UNSILENCED = "unsilenced", _("Silence ended")
    CLOSED = "closed", _("Closed")


class AlarmEvent(BaseModel):
    """A step in the history of an alarm: when, who (empty: nobody, it happened by itself) and what was said."""

    alarm = models.ForeignKey(Alarm, on_delete=models.CASCADE, related_name="events", verbose_name=_("alarm"))
    step = models.CharField(_("step"), max_length=12, choices=AlarmStep.choices)
    at = models.DateTimeField(_("at"))
    actor = models.CharField(_("by"), max_length=150, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("event of an alarm")
        verbose_name_plural = _("events of alarms")
        ordering = ["at", "created_at"]
        constraints = [known_choices("alarm_event_step_known", step=AlarmStep)]

    def __str__(self) -> str:
        return f"{self.get_step_display()} · {self.alarm}"

    @property
    def what(self) -> Any:
        """Return the step in the reader's language."""
        return self.get_step_display()
