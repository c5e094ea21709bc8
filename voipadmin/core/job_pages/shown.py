"""A job as pages show it; one of a kind that this release does not know is shown by its code."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from voipadmin.core.errors import Message
from voipadmin.core.jobs.kinds import kind_of
from voipadmin.core.jobs.queries import results_of, seconds_left
from voipadmin.core.models import Job, JobFile, JobStatus
from voipadmin.core.viewer import Person

UNKNOWN = _("This release does not know this kind of job.")


@dataclass(frozen=True, slots=True)
class ShownJob:
    """A job with its words."""

    job: Job
    label: Message
    icon: str
    result: Message
    address: str
    seconds_left: int | None
    files: list[JobFile]
    may_cancel: bool
    may_repeat: bool

    @property
    def outcome(self) -> Message:
        """Return what came of it, or what went wrong."""
        return self.job.error or self.result


def shown(job: Job, user: Person) -> ShownJob:
    """Return a job with its words."""
    kind = kind_of(job)
    is_over = not job.is_unfinished
    return ShownJob(
        job=job,
        label=kind.label if kind else job.kind,
        icon=kind.icon if kind else "circle-question-mark",
        result=(kind.result_of(job) if is_over and job.result else "") if kind else UNKNOWN,
        address=kind.address_of(job) if kind else "",
        seconds_left=seconds_left(job),
        files=results_of(job, user) if is_over else [],
        may_cancel=job.is_unfinished and job.cancel_requested_at is None and (kind is None or kind.can_cancel),
        may_repeat=job.status == JobStatus.FAILED and kind is not None and kind.can_repeat,
    )


def all_shown(jobs: Iterable[Job], user: Person) -> list[ShownJob]:
    """Return jobs with their words."""
    return [shown(job, user) for job in jobs]
