"""Celery entry points of the reports."""

from celery import shared_task

from reports.rollups.counting import count_changed_hours
from voipadmin.core.runtime.task_limits import LONG


@shared_task(**LONG)  # type: ignore[untyped-decorator]  # celery has no types
def count_traffic() -> int:
    """Count the hours whose call records came or changed; beat calls it every 20 s."""
    return count_changed_hours()
