"""Writes of re-rating jobs: start, compute again, approve, go on, cancel. Each locks the job's row first."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.alarms import RERATING_STOPPED
from billing.models import Rerating, ReratingStatus
from billing.rerating.pricing_inputs import mark_of_prices
from customers.models import Customer
from voipadmin.core.errors import Conflict, DomainError
from voipadmin.core.jobs.locking import resume_jobs
from voipadmin.core.jobs.services import begin_job, is_under_way

PREVIEW_TASK, WRITE_TASK = "billing.preview_rerating", "billing.write_rerating"
PREVIEW_KIND, WRITE_KIND = "rerating_preview", "rerating_writing"
KINDS = {ReratingStatus.COMPUTING.value: PREVIEW_KIND, ReratingStatus.APPROVED.value: WRITE_KIND}
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
        _begin(job)
    return job


def compute_again(*, rerating: Rerating) -> Rerating:
    """Make the preview once more, by the prices of now."""
    with transaction.atomic():
        job = _locked(rerating, OPEN)
        job.status, job.progress, job.summary, job.starts = ReratingStatus.COMPUTING, {}, {}, 0
        job.save(update_fields=["status", "progress", "summary", "starts", "updated_at"])
        _begin(job)
    return job


def approve_rerating(*, rerating: Rerating, actor: str) -> Rerating:
    """Have exactly what the preview shows written; refused where a price or a customer's terms changed since."""
    with transaction.atomic():
        job = _locked(rerating, (ReratingStatus.READY,))
        if job.prices != mark_of_prices(job):
            raise Conflict(_("Prices or terms changed after this preview. Have it computed again."))
        job.status, job.approved_by, job.approved_at = ReratingStatus.APPROVED, actor[:60], timezone.now()
        job.progress, job.starts = {}, 0
        job.save(update_fields=["status", "approved_by", "approved_at", "progress", "starts", "updated_at"])
        _begin(job)
    return job


def go_on_writing(*, rerating: Rerating) -> Rerating:
    """Have the rest of an approved job written, at once and where it was given up."""
    with transaction.atomic():
        job = _locked(rerating, (ReratingStatus.APPROVED,))
        job.starts = 0
        job.save(update_fields=["starts", "updated_at"])
        _begin(job)
    return job


def resume_reratings() -> int:
    """Have jobs computed or written whose worker was killed or whose message was lost; return how many."""
    unfinished = Rerating.objects.filter(status__in=KINDS)
    return resume_jobs(unfinished, _begin, RERATING_STOPPED)


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


def _begin(rerating: Rerating) -> None:
    """Have a job do what is next, unless one is about to; where the broker is away it waits until it is found."""
    kind = KINDS[rerating.status]
    if not is_under_way(kind, rerating=str(rerating.pk)):
        actor = rerating.approved_by or rerating.actor
        begin_job(kind, actor=actor, subject=rerating.reason, parameters={"rerating": str(rerating.pk)})
