"""How far each spool was read, the lines that could not become records, and the months that were dropped."""

from django.contrib import admin
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voipadmin.core.models import BaseModel, VisibleQuerySet


class RejectReason(models.TextChoices):
    """Why a line of a spool could not become a record."""

    TOO_LONG = "too_long", _("The line or a value is too long")
    CHARSET = "charset", _("Not UTF-8, or with control characters")
    QUOTES = "quotes", _("Quotation marks that do not close")
    COLUMNS = "columns", _("Not the columns of a known format")
    IDENTITY = "identity", _("Without a unique id")
    TIME = "time", _("A time that is none, or times in the wrong order")
    DURATION = "duration", _("A duration that is none, or negative")
    ANSWER = "answer", _("Answered, but without the time of the answer")
    DISPOSITION = "disposition", _("An unknown disposition")
    CONFLICT = "conflict", _("Another record with the same key and other content is there already")
    UNFINISHED = "unfinished", _("The file ended in the middle of the line")
    DROPPED = "dropped", _("The records of its month are no longer kept")


class RejectedRecord(BaseModel):
    """A spool line that could not become a record, kept with its reason."""

    node_name = models.CharField(_("node"), max_length=60)
    path = models.CharField(max_length=500)
    offset = models.BigIntegerField()
    line = models.BinaryField()
    line_hash = models.CharField(max_length=64)
    reason = models.CharField(_("reason"), max_length=20, choices=RejectReason.choices)
    detail = models.CharField(_("detail"), max_length=200, blank=True)
    # How it was read, so that it can be read so again: the clock of its times, and what the columns are where it is a
    # row of a table with headings (`HeadedLayout`; empty: a line of Asterisk's).
    zone = models.CharField(max_length=60, blank=True, default="", db_default="")
    layout = models.JSONField(blank=True, default=dict, db_default={})

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rejected record")
        verbose_name_plural = _("rejected records")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["node_name", "line_hash"], name="rejected_record_once"),
        ]

    def __str__(self) -> str:
        return f"{self.path}:{self.offset}"

    def get_absolute_url(self) -> str:
        """Return the page of this line."""
        return reverse("billing:rejectedrecord_detail", args=[self.pk])

    @admin.display(description=_("line"))
    def text(self) -> str:
        """Return the line as it can be shown to anybody: what is no printable character is written as its code."""
        decoded = bytes(self.line).decode(errors="backslashreplace")
        return "".join(
            letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in decoded
        )


class SpoolPosition(BaseModel):
    """How far a node's spool file has been read; committed with the rows that were read."""

    node_name = models.CharField(_("node"), max_length=60)
    inode = models.DecimalField(max_digits=20, decimal_places=0)
    device = models.DecimalField(max_digits=20, decimal_places=0)
    path = models.CharField(max_length=500)
    offset = models.BigIntegerField(default=0)
    # The first bytes' hash tells a new file that was given an old inode number.
    head_hash = models.CharField(max_length=64, blank=True)
    # So does that of the last bytes read: a file that was cut back and grew again has others there.
    tail_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("spool position")
        verbose_name_plural = _("spool positions")
        constraints = [
            models.UniqueConstraint(fields=["node_name", "device", "inode"], name="spool_position_once"),
        ]

    def __str__(self) -> str:
        return f"{self.path}@{self.offset}"


class CdrLayout(BaseModel):
    """What the columns of a table of call records are, remembered for the next one with the same headings."""

    headings_hash = models.CharField(max_length=64, unique=True)
    headings = models.JSONField(_("headings"))
    # Role (`billing.cdrs.lines.table_headings`) -> index from 0.
    columns = models.JSONField(_("columns"))
    date_order = models.CharField(_("order of dates"), max_length=3, blank=True)

    class Meta:
        verbose_name = _("layout of call records")
        verbose_name_plural = _("layouts of call records")

    def __str__(self) -> str:
        return ", ".join(self.headings)[:80]


class DroppedMonth(BaseModel):
    """A month (UTC) whose call records were dropped: a file of that time, read again, must not be charged again."""

    month = models.DateField(_("month"), unique=True)
    records = models.BigIntegerField(_("records"))

    class Meta:
        verbose_name = _("dropped month")
        verbose_name_plural = _("dropped months")
        ordering = ["-month"]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
