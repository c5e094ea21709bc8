"""What is held of conferences: each time, from its start to its end, and each call of it."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from asterisk_sync.models.conference import Conference, ConferenceParticipant
from asterisk_sync.models.node import Node
from voipadmin.core.models import BaseModel, VisibleQuerySet, known_choices


class EndReason(models.TextChoices):
    """Why a session is over."""

    LEFT = "left", _("Everybody left")
    NOBODY = "nobody", _("Nobody joined")
    ENDED = "ended", _("Ended by hand")
    MODERATOR = "moderator", _("The last moderator left")
    TIME = "time", _("The longest time was reached")
    RESTART = "restart", _("Asterisk was restarted")
    LOST = "lost", _("The node did not answer any more")


class SessionQuerySet(VisibleQuerySet):
    """Sessions."""

    users_path = "conference__customer__users"

    def current(self) -> "SessionQuerySet":
        """Return those that go on."""
        return self.filter(ended_at=None)


class ConferenceSession(BaseModel):
    """A conference that is held, or was. Pages write what is wanted; the worker of the node alone says what is."""

    conference = models.ForeignKey(
        Conference, on_delete=models.CASCADE, related_name="sessions", verbose_name=_("conference")
    )
    node = models.ForeignKey(Node, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("node"))
    started_by = models.CharField(_("started by"), max_length=150, blank=True)
    closes_at = models.DateTimeField(_("closes at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    end_reason = models.CharField(_("ended because"), max_length=10, blank=True, choices=EndReason.choices)
    # What somebody wants; the worker brings the room there.
    wants_end = models.BooleanField(default=False)
    wants_lock = models.BooleanField(default=False)
    # What is, as the worker saw it at `seen_at`.
    is_locked = models.BooleanField(_("locked"), default=False)
    seen_at = models.DateTimeField(_("last seen"), null=True, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("conference session")
        verbose_name_plural = _("conference sessions")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["conference"], condition=Q(ended_at=None), name="conference_held_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, end_reason="") | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
                name="conference_session_ends_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.conference}, {date_format(timezone.localtime(self.created_at), 'SHORT_DATETIME_FORMAT')}"

    def get_absolute_url(self) -> str:
        """Return the page of this session."""
        return reverse("asterisk_sync:conferencesession_detail", args=[self.pk])

    @property
    def room(self) -> str:
        """Return the name of its room in Asterisk."""
        return self.pk.hex

    @property
    def lasted(self) -> int | None:
        """Return how many seconds it lasted, None while it goes on."""
        return None if self.ended_at is None else int((self.ended_at - self.created_at).total_seconds())

    @admin.display(description=_("recording"))
    def recording(self) -> str:
        """Return the name of the file of its recording, in `monitor` of the node's spool; nothing without one."""
        return f"conference-{self.room}.wav" if self.conference.records else ""


class LegState(models.TextChoices):
    """How far a call of a conference is."""

    WAITING = "waiting", _("Waits to be called")
    RINGING = "ringing", _("Ringing")
    JOINED = "joined", _("Joined")
    LEFT = "left", _("Left")
    REFUSED = "not_joined", _("Did not join")


OPEN_STATES = (LegState.WAITING, LegState.RINGING, LegState.JOINED)


class ConferenceLeg(BaseModel):
    """One call of a session: of a participant, of somebody who was added, or of somebody who dialled in."""

    session = models.ForeignKey(
        ConferenceSession, on_delete=models.CASCADE, related_name="legs", verbose_name=_("conference session")
    )
    participant = models.ForeignKey(
        ConferenceParticipant, on_delete=models.SET_NULL, null=True, related_name="legs", verbose_name=_("participant")
    )
    name = models.CharField(_("name"), max_length=80, blank=True)
    # What is dialled in the customer's own context: +5511987654321, 190, 1001. Of those who dialled in: who they are.
    number = models.CharField(_("number"), max_length=48)
    dialled_in = models.BooleanField(_("dialled in"), default=False)
    is_moderator = models.BooleanField(_("moderator"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=LegState.choices, default=LegState.WAITING)
    # Unique id of the channel in the room, which is the linkedid of all records of the call; empty while it waits.
    linkedid = models.CharField(max_length=150, blank=True, db_index=True)
    # Unique id of the channel that calls, by which the authorizer and the call records know the call.
    uniqueid = models.CharField(max_length=150, blank=True)
    channel = models.CharField(max_length=160, blank=True)
    wants_mute = models.BooleanField(default=False)
    wants_out = models.BooleanField(default=False)
    is_muted = models.BooleanField(_("muted"), default=False)
    is_talking = models.BooleanField(_("talks"), default=False)
    cause = models.PositiveSmallIntegerField(_("cause"), null=True, blank=True)
    called_at = models.DateTimeField(_("called at"), null=True, blank=True)
    joined_at = models.DateTimeField(_("joined at"), null=True, blank=True)
    left_at = models.DateTimeField(_("left at"), null=True, blank=True)

    class Meta:
        verbose_name = _("call of a conference")
        verbose_name_plural = _("calls of a conference")
        ordering = ["created_at", "id"]
        constraints = [known_choices("conference_leg_state_known", state=LegState)]

    def __str__(self) -> str:
        return self.name or self.number

    @property
    def is_open(self) -> bool:
        """Tell whether it waits, rings or has joined."""
        return self.state in OPEN_STATES


def leg_of(session: ConferenceSession, participant: ConferenceParticipant) -> ConferenceLeg:
    """Return an unsaved call of a participant."""
    values: dict[str, Any] = {"name": participant.name, "number": participant.shown_number}
    return ConferenceLeg(
        session=session,
        participant=participant,
        is_moderator=participant.is_moderator,
        wants_mute=participant.starts_muted,
        **values,
    )
