"""Work that a worker does in the background, for a person who waits for it."""

from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from voipadmin.core.models.base import BaseModel, VisibleQuerySet, known_choices, new_id
from voipadmin.core.viewer import Viewer


class JobModel(BaseModel):
    """A job whose status says what is left to do; a worker that is killed leaves it to the next one."""

    # How often a worker began it since a person asked for it, or since it last wrote something that stays.
    starts = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        abstract = True


class JobStatus(models.TextChoices):
    """How far a job has come."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", pgettext_lazy("how far a job is", "Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


UNFINISHED = (JobStatus.WAITING, JobStatus.RUNNING)
OVERSEE = "core.oversee_job"


class JobQuerySet(VisibleQuerySet):
    """Jobs."""

    def visible_to(self, user: Viewer) -> Self:
        """Return all jobs to those who oversee them, and otherwise a user's own."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self if user.has_perm(OVERSEE) else self.filter(owner=str(user.pk))


class Job(JobModel):
    """A piece of long work that somebody asked for: who, how far it is, and what came of it.

    What is left of a job whose worker was killed is done by the next one: the work of its kind begins again, or goes
    on at `position`.
    """

    # The name under which an app declares it (`voipadmin.core.jobs.kinds`); a release may meet one of another release.
    kind = models.CharField(_("kind"), max_length=40)
    # What it is about, in words that need no translation: a file's name, a customer's code.
    subject = models.CharField(_("about"), max_length=200, blank=True)
    # The user's key: users are a floor above. Empty: the system itself.
    owner = models.CharField(max_length=40, blank=True, editable=False)
    actor = models.CharField(_("by"), max_length=60, blank=True, editable=False)
    # In which messages that are kept as text are written, and files for people.
    language = models.CharField(max_length=10, blank=True, editable=False)
    status = models.CharField(_("status"), max_length=9, choices=JobStatus.choices, default=JobStatus.WAITING)
    parameters = models.JSONField(default=dict, blank=True, editable=False)
    done = models.PositiveBigIntegerField(_("done so far"), default=0)
    total = models.PositiveBigIntegerField(_("in all"), null=True, blank=True)
    # How much of the work stays done whatever happens to the worker; its kind says what is counted.
    position = models.PositiveBigIntegerField(default=0, editable=False)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    # The last time that a worker began, and how much was done then: the speed is measured from here.
    resumed_at = models.DateTimeField(null=True, blank=True, editable=False)
    resumed_from = models.PositiveBigIntegerField(default=0, editable=False)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    cancel_requested_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    cancelled_by = models.CharField(_("cancelled by"), max_length=60, blank=True)
    # Counts and names that the kind's sentence about the result needs.
    result = models.JSONField(default=dict, blank=True, editable=False)
    error = models.TextField(_("what went wrong"), blank=True)
    # Whether its owner has been shown that it is finished.
    is_told = models.BooleanField(default=False, editable=False)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-created_at"]
        constraints = [known_choices("job_status_known", status=JobStatus)]
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="job_of_owner"),
            models.Index(fields=["-created_at"], name="job_newest_first"),
            models.Index(fields=["created_at"], condition=Q(status__in=["waiting", "running"]), name="job_unfinished"),
            models.Index(fields=["owner"], condition=Q(is_told=False), name="job_untold"),
        ]

    def __str__(self) -> str:
        return self.subject or self.kind

    def get_absolute_url(self) -> str:
        """Return the page of this job."""
        return reverse("core:job_detail", args=[self.pk])

    @property
    def is_unfinished(self) -> bool:
        """Tell whether it waits or runs."""
        return self.status in UNFINISHED

    @property
    def percent(self) -> int | None:
        """Return how far it is, 0 to 100 rounded down; None where nobody knows."""
        if self.status == JobStatus.DONE:
            return 100
        if not self.total:
            return None
        return min(int(Decimal(100 * self.done) / self.total), 100)


class JobFile(BaseModel):
    """A file that a job was given, or that came of it; its content is kept in parts."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="files")
    is_result = models.BooleanField(default=True)
    name = models.CharField(_("file"), max_length=200)
    content_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    is_complete = models.BooleanField(default=False)
    # Who may take it: the permission, and whether it holds objects of all customers.
    permission = models.CharField(max_length=100, blank=True)
    is_of_all_customers = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("file of a job")
        verbose_name_plural = _("files of jobs")

    def __str__(self) -> str:
        return self.name


class JobFilePart(models.Model):
    """A part of a file, packed by zlib."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    file = models.ForeignKey(JobFile, on_delete=models.CASCADE, related_name="parts", db_index=False)
    position = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "position"], name="job_file_part_once")]

    def __str__(self) -> str:
        return f"{self.file_id} {self.position}"
