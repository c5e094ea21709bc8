"""Celery entry point of users."""

import structlog
from celery import shared_task
from django.utils import timezone

from voipadmin.core.runtime.task_limits import LONG
from voipadmin.users import housekeeping

logger = structlog.get_logger(__name__)


@shared_task(**LONG)  # type: ignore[untyped-decorator]  # celery has no types
def forget_expired_log_ins() -> int:
    """Delete expired sessions, failures, log-ins and revoked tokens; beat calls it every hour."""
    deleted = housekeeping.forget_expired_log_ins(now=timezone.now())
    logger.info("users.expired_forgotten", **deleted)
    return sum(deleted.values())
