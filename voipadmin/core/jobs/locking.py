"""Jobs of workers: one worker at a time for each, and another one where that was killed.

A worker holds the lock of its job, which PostgreSQL releases when the worker dies; so a job that is not finished, that
nobody holds and about which nothing was written for a while has been left by its worker, or its message was lost.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from celery import current_app
from django.db.models import F
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from voipadmin.core.alarms.kinds import AlarmKind
from voipadmin.core.alarms.services import report_state
from voipadmin.core.models import JobModel
from voipadmin.core.runtime.locks import SessionLock, is_locked, lock_key, session_lock

log = structlog.get_logger(__name__)

LEFT_AFTER = timedelta(seconds=20)
# A job that takes its workers with it, by its size for instance, is not begun for ever.
MOST_STARTS = 3
# A message that nobody took by then has been sent again.
MESSAGE_SECONDS = 60


@contextmanager
def working_on(job: JobModel, *statuses: str) -> Iterator[SessionLock | None]:
    """Hold a job for a block with its row as it is now, and count that it was begun.

    None where another worker holds it, or where it is in none of `statuses` any more: there is nothing to do.
    """
    with session_lock(_key(job.pk)) as lock:
        if lock is None:
            yield None
            return
        job.refresh_from_db()
        rows: Any = type(job)._default_manager
        if not rows.filter(pk=job.pk, status__in=statuses).update(starts=F("starts") + 1):
            yield None
            return
        yield lock


def send_job(task: str, job: JobModel) -> bool:
    """Wake a worker; where the broker is away the job is found by `resume_jobs` later."""
    try:
        current_app.send_task(task, args=[str(job.pk)], expires=MESSAGE_SECONDS)
    except (OperationalError, OSError) as error:
        log.warning("job.not_announced", task=task, job=str(job.pk), error=str(error))
        return False
    return True


def resume_jobs(jobs: Any, wake: Callable[[Any], object], stopped: AlarmKind) -> int:
    """Have `wake` wake a worker for each of the unfinished `jobs` that was left, and return how many they are.

    The alarm `stopped` stands for those that three workers began and none finished: a person has to look at them.
    """
    left = [job for job in jobs.filter(updated_at__lt=Now() - LEFT_AFTER) if not is_held(job)]
    given_up = {str(job.pk): {"job": str(job)} for job in left if job.starts >= MOST_STARTS}
    report_state(stopped, given_up)
    resumed = [job for job in left if job.starts < MOST_STARTS]
    for job in resumed:
        wake(job)
    return len(resumed)


def is_held(job: JobModel) -> bool:
    """Tell whether a worker is at a job."""
    return is_locked(_key(job.pk))


def _key(pk: UUID) -> int:
    return lock_key(b"job:" + pk.bytes)
