"""Celery entry point of core, and what a worker notices by tasks that fail."""

from typing import Any
from uuid import UUID

from celery import shared_task
from celery.signals import task_failure
from django.utils import timezone

from voipadmin.core.alarms import certificate, handling, mail_delivery, outages, webhook_delivery
from voipadmin.core.jobs import running
from voipadmin.core.jobs import services as jobs
from voipadmin.core.models import Job
from voipadmin.core.outgoing.sending import send_due_letters
from voipadmin.core.runtime.task_limits import LONG, LONGEST, SHORT


@shared_task(**SHORT)  # type: ignore[untyped-decorator]  # celery has no types
def report_outage() -> bool:
    """Open the alarm of an outage of the database that is over; beat calls it every 10 s."""
    return outages.report_outage()


@shared_task(name=jobs.RUN_TASK, **LONGEST)  # type: ignore[untyped-decorator]  # celery has no types
def run_job(key: str) -> bool:
    """Do a job; one that was deleted meanwhile needs none."""
    job = Job.objects.filter(pk=UUID(key)).first()
    return job is not None and running.run_job(job)


@shared_task(**SHORT)  # type: ignore[untyped-decorator]  # celery has no types
def resume_jobs() -> int:
    """Have jobs done that no worker is at; beat calls it every 15 s."""
    return jobs.resume_jobs()


@shared_task(**LONG)  # type: ignore[untyped-decorator]  # celery has no types
def send_letters() -> int:
    """Send the letters that wait and are due; beat calls it every 20 s."""
    return send_due_letters()


@shared_task(**LONG)  # type: ignore[untyped-decorator]  # celery has no types
def delete_old_jobs() -> int:
    """Delete old jobs and their files; beat calls it every hour."""
    return jobs.delete_old_jobs()


@shared_task(**SHORT)  # type: ignore[untyped-decorator]  # celery has no types
def tend_alarms() -> None:
    """End the silences whose time is over, and say where alarms do not reach people; beat calls it every 15 s."""
    handling.end_expired_silences(timezone.now())
    webhook_delivery.report_disabled_webhooks()
    mail_delivery.report_unsent_mails()


@shared_task(**SHORT)  # type: ignore[untyped-decorator]  # celery has no types
def mail_alarms() -> int:
    """Send the mails of alarms that wait; beat calls it every 5 s."""
    return mail_delivery.send_waiting_mails(timezone.now())


@shared_task(**SHORT)  # type: ignore[untyped-decorator]  # celery has no types
def send_webhooks() -> None:
    """Have a worker deliver to each webhook that has something due; beat calls it every 5 s."""
    for webhook_id in webhook_delivery.webhooks_with_messages(timezone.now()):
        # A worker that is busy with other receivers takes it later; by then this question is asked anew.
        send_webhook.apply_async(args=[str(webhook_id)], expires=30)


@shared_task(**SHORT)  # type: ignore[untyped-decorator]  # celery has no types
def send_webhook(webhook_id: str) -> int:
    """Deliver what is due to one webhook."""
    return webhook_delivery.deliver(UUID(webhook_id))


@shared_task(**SHORT)  # type: ignore[untyped-decorator]  # celery has no types
def forget_told_alarms() -> int:
    """Delete what was sent about alarms more than 90 days ago; beat calls it every six hours."""
    now = timezone.now()
    return webhook_delivery.forget_old_messages(now) + mail_delivery.forget_old_mails(now)


@shared_task(**SHORT)  # type: ignore[untyped-decorator]  # celery has no types
def watch_certificate() -> None:
    """Say how long the panel's TLS certificate is valid; beat calls it every hour."""
    certificate.report_certificate(timezone.now())


@task_failure.connect  # type: ignore[untyped-decorator]  # celery has no types
def note_failed_task(exception: BaseException, **_details: Any) -> None:
    """Remember an outage by which a task failed."""
    outages.note_outage(exception, noticed_by="worker")
