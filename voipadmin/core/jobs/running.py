"""Doing a job in a worker: one worker at a time, under the name and in the language of whoever asked for it.

1. Take one of the places for jobs; where none is free the job waits, and is woken when one is.
2. Hold the job's lock, which goes with the worker. Leave alone what is finished or held; give up what was cancelled.
3. Do the work of its kind. What it tells is written on the lock's own connection, so that pages see it at once even
   while the work's transaction is open.
4. Write how it ended. A lost connection to the database ends nothing: the next worker goes on.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import InterfaceError, OperationalError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from voipadmin.core.audit.actor import acting_as
from voipadmin.core.audit.saves import one_save
from voipadmin.core.errors import DomainError
from voipadmin.core.jobs.kinds import JobKind, kind_of
from voipadmin.core.jobs.locking import working_on
from voipadmin.core.jobs.services import forget_counts, wake_next
from voipadmin.core.models import UNFINISHED, Job, JobStatus
from voipadmin.core.runtime.locks import LockLostError, SessionLock, lock_key, session_lock
from voipadmin.core.services import error_messages
from voipadmin.core.viewer import Person

log = structlog.get_logger(__name__)

# Of the three processes of a worker one is left for what must not wait.
AT_ONCE = 2
TOLD_EVERY_SECONDS = 0.5
_TELL = (
    "UPDATE core_job SET done = %s, total = coalesce(%s, total), updated_at = now() WHERE id = %s"
    " RETURNING cancel_requested_at IS NOT NULL"
)
_current: ContextVar["JobRun | None"] = ContextVar("current_job_run", default=None)


class JobCancelled(Exception):
    """The job was cancelled while it was worked on."""


class JobRun:
    """A job that is being done: what its work is given, and takes its result."""

    def __init__(self, job: Job, lock: SessionLock, user: Person | None) -> None:
        self.job = job
        self.user = user
        self.result: dict[str, Any] = {}
        self._lock = lock
        self._told = 0.0

    @property
    def parameters(self) -> dict[str, Any]:
        """Return what was asked for."""
        parameters: dict[str, Any] = self.job.parameters
        return parameters

    def tell(self, done: int, total: int | None = None, *, always: bool = False) -> None:
        """Write how far it is, twice a second at most; raise JobCancelled where it is not wanted any more.

        Raise LockLostError where another worker may be at it. Not for a transaction that has written the job's row: the
        lock's connection would wait for it for ever.
        """
        if not always and time.monotonic() - self._told < TOLD_EVERY_SECONDS:
            return
        self._told = time.monotonic()
        row = self._lock.execute(_TELL, [done, total, self.job.pk])
        if row is not None and row[0]:
            raise JobCancelled

    def assert_held(self) -> None:
        """Raise LockLostError where another worker may be at it."""
        self._lock.assert_held()


def report_progress(done: int, total: int | None = None) -> None:
    """Tell how far the job is that is being done here, if any: for work that also runs without one."""
    run = _current.get()
    if run is not None:
        run.tell(done, total)


def run_job(job: Job) -> bool:
    """Do a job; return False where there is nothing to do, or no place to do it."""
    kind = kind_of(job)
    if kind is None:
        return False
    with _place() as is_free:
        if not is_free:
            return False
        with working_on(job, *UNFINISHED) as lock:
            if lock is None:
                return False
            _work(job, kind, lock)
    forget_counts(job.owner)
    wake_next()
    return True


@contextmanager
def _place() -> Iterator[bool]:
    """Hold one of the places for jobs for a block, or say that none is free."""
    for number in range(AT_ONCE):
        with session_lock(lock_key(b"job-place:%d" % number)) as lock:
            if lock is not None:
                yield True
                return
    yield False


def _work(job: Job, kind: JobKind, lock: SessionLock) -> None:
    job.refresh_from_db()
    if job.cancel_requested_at is not None:
        _finish(job, JobStatus.CANCELLED)
        return
    user = _user_of(job)
    if job.owner and user is None:
        with translation.override(job.language or None):
            _finish(job, JobStatus.FAILED, error=_("Whoever asked for this may no longer log in."))
        return
    now = timezone.now()
    job.status, job.started_at, job.resumed_at = JobStatus.RUNNING, job.started_at or now, now
    job.resumed_from = job.done = job.position
    job.save(update_fields=["status", "started_at", "resumed_at", "resumed_from", "done", "updated_at"])
    forget_counts(job.owner)
    run = JobRun(job, lock, user)
    token = _current.set(run)
    try:
        with translation.override(job.language or None), one_save(), acting_as(user):
            _do(run, kind)
    finally:
        _current.reset(token)


def _do(run: JobRun, kind: JobKind) -> None:
    job = run.job
    try:
        kind.work(run)
        run.assert_held()
    except JobCancelled:
        _finish(job, JobStatus.CANCELLED, result=run.result)
    except DomainError as refused:
        _finish(job, JobStatus.FAILED, result=run.result, error=str(refused.message))
    except ValidationError as refused:
        texts = [text for messages in error_messages(refused).values() for text in messages]
        _finish(job, JobStatus.FAILED, result=run.result, error=" ".join(texts))
    except SoftTimeLimitExceeded:
        _finish(job, JobStatus.FAILED, result=run.result, error=_("It took longer than a job may take."))
    except (LockLostError, OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("job.failed", job=str(job.pk), kind=job.kind)
        text = _("Something went wrong here; the worker’s log says what, under %(job)s.") % {"job": job.pk}
        _finish(job, JobStatus.FAILED, result=run.result, error=text)
    else:
        _finish(job, JobStatus.DONE, result=run.result)


def _finish(job: Job, status: JobStatus, *, result: dict[str, Any] | None = None, error: str = "") -> None:
    values: dict[str, Any] = {"status": status, "finished_at": timezone.now(), "updated_at": timezone.now()}
    if status == JobStatus.DONE and job.total is None:
        values |= {"total": Job.objects.values_list("total", flat=True).get(pk=job.pk)}
    values |= {"result": result or {}, "error": error[:2000], "is_told": not job.owner}
    Job.objects.filter(pk=job.pk, status__in=UNFINISHED).update(**values)
    job.refresh_from_db()
    if status == JobStatus.DONE:
        job.files.filter(is_result=False).delete()


def _user_of(job: Job) -> Person | None:
    if not job.owner:
        return None
    users: Any = get_user_model()._default_manager
    found: Person | None = users.filter(pk=job.owner, is_active=True).first()
    return found
