"""Reads of jobs: how long one still takes, what a user's frame shows of them, and who may take a file."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.utils import timezone

from voipadmin.core.jobs.services import counts_place
from voipadmin.core.models import UNFINISHED, Job, JobFile, JobStatus
from voipadmin.core.viewer import Person

COUNTED_FOR_SECONDS = 2
RECENT = 12
# Before that, the speed is not known.
FIRST_ESTIMATE = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of a user's jobs wait or run, and how many ended of which it was not told."""

    unfinished: int
    untold: int


def counts_of(user: Person) -> Counts:
    """Return the counts of a user's jobs, two seconds old at most."""
    place = counts_place(str(user.pk))
    kept: Counts | None = cache.get(place)
    if kept is None:
        own = Job.objects.filter(owner=str(user.pk))
        untold = own.filter(is_told=False).exclude(status__in=UNFINISHED)
        kept = Counts(own.filter(status__in=UNFINISHED).count(), untold.count())
        cache.set(place, kept, COUNTED_FOR_SECONDS)
    return kept


def recent_jobs(user: Person) -> list[Job]:
    """Return a user's own newest jobs, the unfinished ones first."""
    own = Job.objects.filter(owner=str(user.pk))
    unfinished = list(own.filter(status__in=UNFINISHED).order_by("-created_at")[:RECENT])
    finished = own.exclude(status__in=UNFINISHED).order_by("-created_at")
    return unfinished + list(finished.prefetch_related("files")[: RECENT - len(unfinished)])


def take_untold(user: Person) -> list[Job]:
    """Return the jobs that ended of which their owner was not told, each once."""
    untold = Job.objects.filter(owner=str(user.pk), is_told=False).exclude(status__in=UNFINISHED)
    jobs = list(untold.order_by("finished_at")[:RECENT])
    # Of two windows that ask at once one is told.
    taken = [job for job in jobs if Job.objects.filter(pk=job.pk, is_told=False).update(is_told=True)]
    if jobs:
        cache.delete(counts_place(str(user.pk)))
    return taken


def seconds_left(job: Job, now: datetime | None = None) -> int | None:
    """Return in how many seconds a job will be finished at the speed of now; None where nobody knows."""
    if job.status != JobStatus.RUNNING or not job.total or job.resumed_at is None:
        return None
    passed, advanced = (now or timezone.now()) - job.resumed_at, job.done - job.resumed_from
    if passed < FIRST_ESTIMATE or advanced <= 0:
        return None
    return round(passed.total_seconds() * max(job.total - job.done, 0) / advanced)


def results_of(job: Job, user: Person) -> list[JobFile]:
    """Return the files that came of a job and that `user` may take."""
    return [file for file in job.files.all() if file.is_result and file.is_complete and may_take(file, user)]


def may_take(file: JobFile, user: Person) -> bool:
    """Tell whether `user`, who sees the job, may have what the file holds."""
    if file.is_of_all_customers and not user.sees_everything:
        return False
    return not file.permission or user.has_perm(file.permission)
