"""Writes of jobs: begin, cancel, begin once more, wake what was left, throw away what is old."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from voipadmin.core.alarms.services import report_state
from voipadmin.core.errors import Conflict, DomainError
from voipadmin.core.jobs.alarms import JOB_STOPPED
from voipadmin.core.jobs.files import keep_input
from voipadmin.core.jobs.kinds import kind_of, known_kinds
from voipadmin.core.jobs.locking import LEFT_AFTER, MOST_STARTS, is_held, send_job
from voipadmin.core.models import UNFINISHED, Job, JobFile, JobStatus
from voipadmin.core.viewer import Person, Viewer

RUN_TASK = "core.run_job"
# Who asks for more has to wait for some of them.
MOST_UNFINISHED = 20
# How long the alarm about a job that three workers left unfinished stands.
ALARM_STANDS = timedelta(days=1)


class JobRefused(DomainError):
    """The job is not in a state in which this can be done, or there are too many."""

    code = "wrong_state"


def begin_job(
    kind: str,
    *,
    user: Viewer | None = None,
    actor: str = "",
    subject: str = "",
    parameters: dict[str, Any] | None = None,
    file: tuple[str, Iterable[bytes]] | None = None,
    total: int | None = None,
) -> Job:
    """Have a worker do something for `user`, or for the one whose user name is `actor`; it may be nobody's.

    `file` is the name and content of what it works on.
    """
    user = user if user is not None else _person_named(actor)
    is_known = user is not None and user.is_authenticated
    job = Job(
        kind=kind,
        subject=subject[:200],
        owner=str(user.pk) if user is not None and is_known else "",
        actor=(user.get_username() if user is not None and is_known else actor)[:60],
        language=(get_language() or "")[:10],
        parameters=parameters or {},
        total=total,
        is_told=not is_known,
    )
    with transaction.atomic():
        if job.owner and Job.objects.filter(owner=job.owner, status__in=UNFINISHED).count() >= MOST_UNFINISHED:
            message = gettext_lazy("You have %(count)d jobs that are not finished. Wait for one, or cancel one.")
            raise JobRefused(message % {"count": MOST_UNFINISHED}, code="too_many")
        job.full_clean()
        job.save(force_insert=True)
        if file is not None:
            keep_input(job, name=file[0], content=file[1])
        transaction.on_commit(lambda: _announce(job))
    return job


def _person_named(username: str) -> Person | None:
    users: Any = get_user_model()._default_manager
    found: Person | None = users.filter(username=username).first() if username else None
    return found


def is_under_way(kind: str, **parameters: str) -> bool:
    """Tell whether a job of that kind with these parameters is not finished."""
    about = {f"parameters__{name}": value for name, value in parameters.items()}
    return Job.objects.filter(kind=kind, status__in=UNFINISHED, **about).exists()


def cancel_job(*, job: Job, actor: str) -> Job:
    """Ask for a job to be given up: at once where nobody is at it, else where its work next tells how far it is."""
    with transaction.atomic():
        locked = _locked(job)
        kind = kind_of(locked)
        if kind is not None and not kind.can_cancel:
            raise JobRefused(_("A job of this kind cannot be cancelled."), code="not_cancellable")
        if kind is not None and kind.cancel is not None:
            kind.cancel(locked)
        now = timezone.now()
        locked.cancel_requested_at, locked.cancelled_by = locked.cancel_requested_at or now, actor[:60]
        if not is_held(locked):
            locked.status, locked.finished_at, locked.is_told = JobStatus.CANCELLED, now, True
        locked.save(
            update_fields=["cancel_requested_at", "cancelled_by", "status", "finished_at", "is_told", "updated_at"]
        )
    forget_counts(locked.owner)
    return locked


def repeat_job(*, job: Job) -> Job:
    """Begin a failed job once more; what of it stays done is not done again."""
    with transaction.atomic():
        locked: Job = Job.objects.select_for_update().get(pk=job.pk)
        kind = kind_of(locked)
        if locked.status != JobStatus.FAILED or kind is None or not kind.can_repeat:
            raise JobRefused(_("Only a failed job can be begun once more."))
        locked.status, locked.starts, locked.error, locked.is_told = JobStatus.WAITING, 0, "", False
        locked.finished_at = locked.cancel_requested_at = None
        locked.save()
        transaction.on_commit(lambda: _announce(locked))
    return locked


def _locked(job: Job) -> Job:
    locked: Job = Job.objects.select_for_update().get(pk=job.pk)
    if not locked.is_unfinished:
        raise Conflict(_("This job is finished: %(state)s.") % {"state": locked.get_status_display()})
    return locked


def _announce(job: Job) -> None:
    forget_counts(job.owner)
    send_job(RUN_TASK, job)


def wake_next() -> None:
    """Wake a worker for the job that waits longest, where a place became free."""
    waiting = Job.objects.filter(status=JobStatus.WAITING, kind__in=[kind.code for kind in known_kinds()])
    job = waiting.order_by("created_at").first()
    if job is not None:
        send_job(RUN_TASK, job)


def resume_jobs() -> int:
    """Wake a worker for each unfinished job that nobody is at; return how many.

    What three workers began and none finished has failed: an alarm says so for a day.
    """
    now = timezone.now()
    unfinished = Job.objects.filter(status__in=UNFINISHED, kind__in=[kind.code for kind in known_kinds()])
    left = [job for job in unfinished.filter(updated_at__lt=now - LEFT_AFTER) if not is_held(job)]
    for job in left:
        if job.starts >= MOST_STARTS:
            _give_up(job)
    stopped = Job.objects.filter(status=JobStatus.FAILED, starts__gte=MOST_STARTS, finished_at__gt=now - ALARM_STANDS)
    report_state(JOB_STOPPED, {str(job.pk): {"job": str(job)} for job in stopped})
    resumed = [job for job in left if job.starts < MOST_STARTS]
    for job in resumed:
        send_job(RUN_TASK, job)
    return len(resumed)


def _give_up(job: Job) -> None:
    now = timezone.now()
    error = _("Three workers began this and none finished it. Their log says why.")
    # One that another worker began meanwhile is not given up.
    Job.objects.filter(pk=job.pk, status__in=UNFINISHED, starts=job.starts).update(
        status=JobStatus.FAILED, error=error, finished_at=now, updated_at=now, is_told=not job.owner
    )
    forget_counts(job.owner)


def delete_old_jobs() -> int:
    """Delete files and then rows of jobs that were finished long enough ago; return how many rows went."""
    now = timezone.now()
    finished = Job.objects.exclude(status__in=UNFINISHED)
    old_files = finished.filter(finished_at__lt=now - timedelta(days=settings.JOB_FILE_DAYS))
    JobFile.objects.filter(job__in=old_files).delete()
    # A job of a kind that no release knows any more never ends by itself.
    forgotten = Job.objects.filter(status__in=UNFINISHED).exclude(kind__in=[kind.code for kind in known_kinds()])
    old = now - timedelta(days=settings.JOB_DAYS)
    forgotten.filter(created_at__lt=old).delete()
    count, _kinds = finished.filter(finished_at__lt=old).delete()
    return count


def forget_counts(owner: str) -> None:
    """Have the next page count a user's jobs anew."""
    cache.delete(counts_place(owner))


def counts_place(owner: str) -> str:
    """Return the place in the cache where the counts of a user's jobs are kept for a moment."""
    return f"jobs:{owner}"
