"""Writes of re-rating jobs: start, compute again, approve, go on, cancel. Each locks the job's row first."""

from datetime import datetime

import structlog
from celery import current_app
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError

from billing.models import Rerating, ReratingStatus
from billing.rerating.pricing_inputs import mark_of_prices
from customers.models import Customer
from voipadmin.core.errors import Conflict, DomainError

log = structlog.get_logger(__name__)
PREVIEW_TASK, WRITE_TASK = "billing.preview_rerating", "billing.write_rerating"
OPEN = (ReratingStatus.COMPUTING, ReratingStatus.READY)


class ReratingRefused(DomainError):
    """The job is not in a state in which this can be done."""

    code = "wrong_state"


def start_rerating(
    *, started_from: datetime, started_before: datetime, reason: str, actor: str, customer: Customer | None = None
) -> Rerating:
    """Start a job that rates the calls of a period again, of one customer or of all; nothing counts until approval."""
    job = Rerating(
        started_from=started_from, started_before=started_before, customer=customer, reason=reason, actor=actor[:60]
    )
    with transaction.atomic():
        job.full_clean()
        job.save()
        _send_after_commit(PREVIEW_TASK, job)
    return job


def compute_again(*, rerating: Rerating) -> Rerating:
    """Make the preview once more, by the prices of now."""
    with transaction.atomic():
        job = _locked(rerating, OPEN)
        job.status, job.progress, job.summary = ReratingStatus.COMPUTING, {}, {}
        job.save(update_fields=["status", "progress", "summary", "updated_at"])
        _send_after_commit(PREVIEW_TASK, job)
    return job


def approve_rerating(*, rerating: Rerating, actor: str) -> Rerating:
    """Have exactly what the preview shows written; refused where a price or a customer's terms changed since."""
    with transaction.atomic():
        job = _locked(rerating, (ReratingStatus.READY,))
        if job.prices != mark_of_prices(job):
            raise Conflict(_("Prices or terms changed after this preview. Have it computed again."))
        job.status, job.approved_by, job.approved_at = ReratingStatus.APPROVED, actor[:60], timezone.now()
        job.progress = {}
        job.save(update_fields=["status", "approved_by", "approved_at", "progress", "updated_at"])
        _send_after_commit(WRITE_TASK, job)
    return job


def go_on_writing(*, rerating: Rerating) -> Rerating:
    """Have the rest of an approved job written, where its worker was killed."""
    with transaction.atomic():
        job = _locked(rerating, (ReratingStatus.APPROVED,))
        _send_after_commit(WRITE_TASK, job)
    return job


def cancel_rerating(*, rerating: Rerating) -> Rerating:
    """Cancel a job that is not approved yet, and delete what its preview kept."""
    with transaction.atomic():
        job = _locked(rerating, OPEN)
        job.calls.all().delete()
        job.status = ReratingStatus.CANCELLED
        job.save(update_fields=["status", "updated_at"])
    return job


def _locked(rerating: Rerating, allowed: tuple[ReratingStatus, ...]) -> Rerating:
    job: Rerating = Rerating.objects.select_for_update().get(pk=rerating.pk)
    if job.status not in allowed:
        message = _("This cannot be done now; the re-rating is: %(state)s.") % {"state": job.get_status_display()}
        raise ReratingRefused(message)
    return job


def _send_after_commit(task: str, job: Rerating) -> None:
    """Send a task after the commit; where the broker is away the job waits, and its page offers to try again."""

    def send() -> None:
        try:
            current_app.send_task(task, args=[str(job.pk)])
        except (OperationalError, OSError) as error:
            log.warning("rerating.not_announced", rerating=str(job.pk), error=str(error))

    transaction.on_commit(send)
