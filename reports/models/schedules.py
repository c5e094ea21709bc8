"""Reports that are mailed every day, week or month: what, when, to whom, and what came of it."""

from datetime import time

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from voipadmin.core import validators
from voipadmin.core.models import BaseModel, MailStatus, OutgoingMail, VisibleQuerySet, known_choices
from voipadmin.users.models import User

LONGEST_QUERY = 2_000
MOST_RECIPIENTS = 20


class ReportName(models.TextChoices):
    """The reports that can be mailed."""

    MARGIN = "margin", _("Margin")
    QUALITY = "quality", _("Quality")
    DIDS = "dids", _("DID report")
    CALLS = "calls", _("Calls")


class Cadence(models.TextChoices):
    """How often; each run is about the days since the one before."""

    DAILY = "daily", _("Every day, about the day before")
    WEEKLY = "weekly", _("Every week, about the seven days before")
    MONTHLY = "monthly", _("Every month, about the month before")


class Weekday(models.IntegerChoices):
    """Days of the week, as ISO 8601 counts them."""

    MONDAY = 1, _("Monday")
    TUESDAY = 2, _("Tuesday")
    WEDNESDAY = 3, _("Wednesday")
    THURSDAY = 4, _("Thursday")
    FRIDAY = 5, _("Friday")
    SATURDAY = 6, _("Saturday")
    SUNDAY = 7, _("Sunday")


class SentForm(models.TextChoices):
    """The forms of the file; the values are those of `reports.kit.exports.FileForm`."""

    PEOPLE = "csv", _("CSV for spreadsheets")
    MACHINE = "csv-machine", _("CSV for programs")
    WORKBOOK = "xlsx", _("XLSX")


class ReportSchedule(BaseModel):
    """A report that goes out by mail at times of the installation's clock, as its owner sees it.

    With a customer it is what that customer sees: its own rows, without cost and margin.
    """

    keeps_changelog = True

    name = models.CharField(_("name"), max_length=80, unique=True, validators=[validators.validate_text])
    report = models.CharField(_("report"), max_length=10, choices=ReportName.choices)
    query = models.CharField(
        _("filter"),
        max_length=LONGEST_QUERY,
        blank=True,
        validators=[validators.validate_text],
        help_text=_(
            "As in the address of the report; “Schedule” on the report's page fills it in. Days come from the cadence."
        ),
    )
    customer = models.ForeignKey(
        Customer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="report_schedules",
        verbose_name=_("customer"),
        help_text=_("With one, the report is what that customer sees, and may go to any address."),
    )
    cadence = models.CharField(_("cadence"), max_length=7, choices=Cadence.choices, default=Cadence.DAILY)
    weekday = models.PositiveSmallIntegerField(_("day of the week"), choices=Weekday.choices, default=Weekday.MONDAY)
    month_day = models.PositiveSmallIntegerField(
        _("day of the month"), default=1, validators=[MinValueValidator(1), MaxValueValidator(28)]
    )
    at = models.TimeField(_("time of day"), default=time(7), help_text=_("By the clock of the installation."))
    form = models.CharField(_("file"), max_length=11, choices=SentForm.choices, default=SentForm.PEOPLE)
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    recipients = ArrayField(
        models.EmailField(),
        size=MOST_RECIPIENTS,
        verbose_name=_("recipients"),
        help_text=_(
            "E-mail addresses, separated by commas. Without a customer: users of the panel, or own mail domains."
        ),
    )
    is_enabled = models.BooleanField(_("enabled"), default=True)
    # Whoever saved it last: it is made with what this user may see.
    owner = models.ForeignKey(User, on_delete=models.PROTECT, editable=False, verbose_name=_("made as"))
    next_run_at = models.DateTimeField(_("next run"), null=True, editable=False)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("scheduled report")
        verbose_name_plural = _("scheduled reports")
        ordering = ["name"]
        constraints = [
            known_choices("schedule_choices_known", report=ReportName, cadence=Cadence, form=SentForm),
            models.CheckConstraint(condition=Q(weekday__range=(1, 7)), name="schedule_weekday_known"),
            models.CheckConstraint(condition=Q(month_day__range=(1, 28)), name="schedule_month_day_in_each_month"),
        ]
        indexes = [models.Index(fields=["next_run_at"], condition=Q(is_enabled=True), name="schedule_due")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the page of this schedule."""
        return reverse("reports:reportschedule_detail", args=[self.pk])


class RunStatus(models.TextChoices):
    """What came of a run."""

    MAKING = "running", _("Being made")
    MADE = "made", _("File made")
    REFUSED = "refused", _("Refused")


class ReportRun(BaseModel):
    """One time that a report was due, or asked for: its file, or why there is none."""

    schedule = models.ForeignKey(ReportSchedule, on_delete=models.CASCADE, related_name="runs")
    due_at = models.DateTimeField(_("due at"))
    first_day = models.DateField(_("from day"))
    last_day = models.DateField(_("to day"))
    status = models.CharField(_("status"), max_length=7, choices=RunStatus.choices, default=RunStatus.MAKING)
    error = models.CharField(_("what went wrong"), max_length=300, blank=True)
    rows = models.PositiveIntegerField(_("rows"), null=True)
    file_name = models.CharField(max_length=120, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    # Kept until all letters are sent or given up.
    content = models.BinaryField(null=True)

    class Meta:
        ordering = ["-due_at"]
        constraints = [
            # What a restarted beat finds due once more was done.
            models.UniqueConstraint(fields=["schedule", "due_at"], name="report_run_once"),
            known_choices("report_run_status_known", status=RunStatus),
        ]

    def __str__(self) -> str:
        return f"{self.schedule} {self.due_at:%Y-%m-%d %H:%M}"


class ReportLetter(OutgoingMail):
    """The file of a run on its way to one recipient."""

    run = models.ForeignKey(ReportRun, on_delete=models.CASCADE, related_name="letters")

    class Meta:
        ordering = ["recipient"]
        constraints = [
            models.UniqueConstraint(fields=["run", "recipient"], name="report_letter_once"),
            known_choices("report_letter_status_known", status=MailStatus),
        ]
        indexes = [models.Index(fields=["next_try_at"], condition=Q(status="waiting"), name="report_letter_waits")]
