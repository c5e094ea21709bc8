"""Celery entry points of re-rating."""

from uuid import UUID

from celery import shared_task

from billing.models import Rerating
from billing.rerating import services
from billing.rerating.preview import make_preview
from billing.rerating.services import PREVIEW_TASK, WRITE_TASK
from billing.rerating.writing import write_job
from voipadmin.core.runtime.task_limits import LONGEST, SHORT


@shared_task(name=PREVIEW_TASK, **LONGEST)  # type: ignore[untyped-decorator]  # celery has no types
def preview_rerating(key: str) -> None:
    """Make the preview of a job."""
    for job in Rerating.objects.filter(pk=UUID(key)):
        make_preview(job)


@shared_task(name=WRITE_TASK, **LONGEST)  # type: ignore[untyped-decorator]  # celery has no types
def write_rerating(key: str) -> None:
    """Write an approved job, or what is left of it."""
    for job in Rerating.objects.filter(pk=UUID(key)):
        write_job(job)


@shared_task(name="billing.resume_reratings", **SHORT)  # type: ignore[untyped-decorator]  # celery has no types
def resume_reratings() -> int:
    """Have jobs computed or written that no worker is at; beat calls it every 15 s."""
    return services.resume_reratings()
