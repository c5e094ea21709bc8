"""Celery entry points of users."""

import structlog
from celery import shared_task
from django.utils import timezone

from voipadmin.core.runtime.task_limits import LONG, SHORT
from voipadmin.users.log_in import housekeeping
from voipadmin.users.second_factors import notices

logger = structlog.get_logger(__name__)


@shared_task(**LONG)  # type: ignore[untyped-decorator]  # celery has no types
def forget_expired_log_ins() -> int:
    """Delete expired sessions, failures, log-ins and revoked tokens; beat calls it every hour."""
    deleted = housekeeping.forget_expired_log_ins(now=timezone.now())
    logger.info("users.expired_forgotten", **deleted)
    return sum(deleted.values())


@shared_task(**SHORT)  # type: ignore[untyped-decorator]  # celery has no types
def send_second_factor_notice(user_id: str, what: str, address: str, at: str) -> int:
    """Tell a user by mail that a second factor was added or removed."""
    return notices.send_second_factor_notice(user_id=user_id, what=what, address=address, at=at)
