"""Celery entry points of billing."""

import structlog
from celery import shared_task
from django.utils import timezone

from billing.authorization.stops.services import report_stopped_accounts
from billing.cdrs.doubtful_prices import report_doubtful_prices
from billing.cdrs.records import partitions
from billing.decks.tasks import read_deck_file, resume_decks
from billing.plans.unpriced_codes import report_unpriced_codes
from billing.rerating.tasks import preview_rerating, resume_reratings, write_rerating
from voipadmin.core.runtime.task_limits import LONG, SHORT

__all__ = [
    "keep_cdr_months",
    "look_for_doubtful_prices",
    "look_for_unpriced_codes",
    "preview_rerating",
    "read_deck_file",
    "resume_decks",
    "resume_reratings",
    "watch_accounts",
    "write_rerating",
]

logger = structlog.get_logger(__name__)


@shared_task(**LONG)  # type: ignore[untyped-decorator]  # celery has no types
def keep_cdr_months() -> int:
    """Make the months of call records ahead and drop expired ones; beat calls it every six hours."""
    kept = partitions.maintain_partitions(now=timezone.now())
    for reason in kept.refused:
        logger.warning("cdr.month_not_dropped", reason=reason)
    return len(kept.made) + len(kept.dropped)


@shared_task(**SHORT)  # type: ignore[untyped-decorator]  # celery has no types
def look_for_doubtful_prices() -> int:
    """Open and close the alarms of calls without a price, without a cost or below cost; beat calls it each 30 s."""
    return report_doubtful_prices(now=timezone.now())


@shared_task(**SHORT)  # type: ignore[untyped-decorator]  # celery has no types
def watch_accounts() -> None:
    """Open and close the alarms of accounts that are stopped; beat calls it every 15 s."""
    report_stopped_accounts(now=timezone.now())


@shared_task(**SHORT)  # type: ignore[untyped-decorator]  # celery has no types
def look_for_unpriced_codes() -> int:
    """Open and close the alarms of codes that customers can dial and nothing prices; beat calls it each hour."""
    return report_unpriced_codes(now=timezone.now())
