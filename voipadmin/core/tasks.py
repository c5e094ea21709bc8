"""Celery entry point of core, and what a worker notices by tasks that fail."""

from typing import Any

from celery import shared_task
from celery.signals import task_failure

from voipadmin.core.alarms import outages
from voipadmin.core.runtime.task_limits import SHORT


@shared_task(**SHORT)  # type: ignore[untyped-decorator]  # celery has no types
def report_outage() -> bool:
    """Open the alarm of an outage of the database that is over; beat calls it every 10 s."""
    return outages.report_outage()


@task_failure.connect  # type: ignore[untyped-decorator]  # celery has no types
def note_failed_task(exception: BaseException, **_details: Any) -> None:
    """Remember an outage by which a task failed."""
    outages.note_outage(exception, noticed_by="worker")
