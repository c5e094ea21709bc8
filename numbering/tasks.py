"""Celery entry points of numbering."""

from celery import shared_task
from django.utils import timezone

from numbering import services
from voipadmin.core.runtime.task_limits import LONG


@shared_task(**LONG)  # type: ignore[untyped-decorator]  # celery has no types
def end_quarantines() -> int:
    """Free the numbers whose quarantine is over; beat calls it every ten minutes."""
    return services.end_quarantines(now=timezone.now())
