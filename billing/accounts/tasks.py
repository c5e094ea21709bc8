"""Celery entry points of accounts."""

from datetime import timedelta

import structlog
from celery import shared_task
from django.utils import timezone

from billing.accounts import fees
from billing.accounts.audit import findings, report_audit
from voipadmin.core.runtime.task_limits import LONG

logger = structlog.get_logger(__name__)
AUDITED_CALLS = timedelta(days=45)


@shared_task(**LONG)  # type: ignore[untyped-decorator]  # celery has no types
def charge_monthly_fees() -> int:
    """Charge the monthly fees that are due; beat calls it every day."""
    return fees.charge_monthly_fees(now=timezone.now())


@shared_task(**LONG)  # type: ignore[untyped-decorator]  # celery has no types
def audit_ledger() -> int:
    """Say in the log what does not add up; beat calls it every night."""
    count = 0
    for finding in findings(since=timezone.now() - AUDITED_CALLS):
        logger.error("ledger.differs", finding=finding)
        count += 1
    report_audit(found=count)
    return count
