"""Celery entry points of the reports."""

from celery import shared_task
from django.utils import timezone

from reports.rollups.counting import count_changed_hours
from reports.rollups.days import sum_up_days
from reports.schedules.services import begin_due_runs
from reports.watch import traffic
from voipadmin.core.runtime.task_limits import LONG, SHORT


@shared_task(**SHORT)  # type: ignore[untyped-decorator]  # celery has no types
def begin_due_reports() -> int:
    """Begin the scheduled reports that are due; beat calls it every 30 s."""
    return begin_due_runs(timezone.now())


@shared_task(**LONG)  # type: ignore[untyped-decorator]  # celery has no types
def count_traffic() -> int:
    """Count the hours whose call records came or changed, and sum up days that are over; beat calls it every 20 s."""
    hours = count_changed_hours()
    sum_up_days(timezone.now())
    return hours


@shared_task(**SHORT)  # type: ignore[untyped-decorator]  # celery has no types
def watch_traffic() -> None:
    """Open and close the alarms of answer ratio, call length and spend; beat calls it every minute."""
    traffic.watch_traffic(timezone.now())
