"""Writes of schedules: save one, find what is due, run one now, make a run's file, try letters again."""

from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.models import ReportLetter, ReportRun, ReportSchedule, RunStatus
from reports.schedules.contents import ReportRefused, check_filter, make_report
from reports.schedules.recipients import permission_of, refuse_recipients, refused_recipients
from reports.schedules.times import days_of_run, next_run
from voipadmin.core.errors import Conflict, DomainError
from voipadmin.core.jobs.services import begin_job
from voipadmin.core.models import MailStatus
from voipadmin.core.services import all_or_nothing, save_object
from voipadmin.users.models import User

log = structlog.get_logger(__name__)

RUN_JOB = "scheduled_report"
# After a longer time away only what is due now is sent.
MADE_UP_FOR = timedelta(days=7)
# Runs that the page of a schedule shows; older ones are deleted with their letters.
KEPT_RUNS = 60
TIMING = ("cadence", "weekday", "month_day", "at", "is_enabled")


def save_schedule(*, schedule: ReportSchedule, user: User) -> ReportSchedule:
    """Save a schedule, which is then made as `user` sees it; raise RecipientRefused or ReportRefused.

    Its next run is reckoned anew where its times changed.
    """
    if not user.has_perm(permission_of(schedule.report)):
        raise ReportRefused(gettext_lazy("You may not see this report."), field="report")
    schedule.recipients = _once_each(schedule.recipients)
    is_for_customer = schedule.customer_id is not None
    refuse_recipients(schedule.report, schedule.recipients, is_for_customer=is_for_customer)
    schedule.owner = user
    check_filter(schedule)
    with all_or_nothing(schedule):
        before = ReportSchedule.objects.select_for_update().filter(pk=schedule.pk).first()
        changed = before is None or any(getattr(before, name) != getattr(schedule, name) for name in TIMING)
        if changed:
            schedule.next_run_at = _next(schedule, timezone.now()) if schedule.is_enabled else None
        return save_object(schedule)


def _once_each(addresses: list[str]) -> list[str]:
    return list({address.strip().lower(): address.strip() for address in addresses if address.strip()}.values())


def _next(schedule: ReportSchedule, after: datetime) -> datetime:
    return next_run(schedule, after, timezone.get_default_timezone())


def run_now(*, schedule: ReportSchedule, now: datetime | None = None) -> ReportRun:
    """Have a schedule run at once, about the days that a run of now is about; its own times stay."""
    moment = now or timezone.now()
    with transaction.atomic():
        locked = ReportSchedule.objects.select_for_update(of=("self",)).select_related("owner").get(pk=schedule.pk)
        if locked.runs.filter(status=RunStatus.MAKING).exists():
            raise Conflict(_("This report is being made already."))
        return _begin(locked, moment)


def begin_due_runs(now: datetime) -> int:
    """Begin a run of each schedule that is due at `now`; return how many. A second caller begins none of them again."""
    due = ReportSchedule.objects.filter(is_enabled=True, next_run_at__lte=now).order_by("next_run_at")
    return sum(_try_to_begin(key, now) for key in list(due.values_list("pk", flat=True)))


def _try_to_begin(key: Any, now: datetime) -> bool:
    """Begin a run; where its owner has too many jobs it is found again the next time, and keeps no other waiting."""
    try:
        return _begin_due(key, now)
    except DomainError as error:
        log.warning("schedule.not_begun", schedule=str(key), error=str(error.message))
        return False


@transaction.atomic
def _begin_due(key: Any, now: datetime) -> bool:
    rows = ReportSchedule.objects.select_for_update(of=("self",), skip_locked=True).select_related("owner")
    schedule = rows.filter(pk=key, is_enabled=True, next_run_at__lte=now).first()
    if schedule is None or schedule.next_run_at is None:
        return False
    due_at = schedule.next_run_at
    if now - due_at > MADE_UP_FOR:
        due_at = now
    _begin(schedule, due_at)
    ReportSchedule.objects.filter(pk=key).update(next_run_at=_next(schedule, due_at))
    return True


def _begin(schedule: ReportSchedule, due_at: datetime) -> ReportRun:
    first, last = days_of_run(schedule.cadence, due_at, timezone.get_default_timezone())
    run, is_new = ReportRun.objects.get_or_create(
        schedule=schedule, due_at=due_at, defaults={"first_day": first, "last_day": last}
    )
    if is_new and not schedule.owner.is_active:
        _refuse(run, _("%(user)s, as whom it is made, may no longer log in. Save it anew.") % {"user": schedule.owner})
    elif is_new:
        begin_job(RUN_JOB, user=schedule.owner, subject=schedule.name, parameters={"run": str(run.pk)})
    return run


def make_run(run: ReportRun) -> ReportRun:
    """Make the file of a run, and a letter for each recipient; a run that is made already stays as it is."""
    schedule = ReportSchedule.objects.select_related("owner", "customer").get(pk=run.schedule_id)
    with translation.override(schedule.language):
        return _make(run, schedule)


def _make(run: ReportRun, schedule: ReportSchedule) -> ReportRun:
    try:
        if not schedule.owner.has_perm(permission_of(schedule.report)):
            raise ReportRefused(_("%(user)s may no longer see this report.") % {"user": schedule.owner})
        made = make_report(schedule, run.first_day, run.last_day)
    except DomainError as error:
        _refuse(run, str(error.message))
        return run
    with transaction.atomic():
        locked = ReportRun.objects.select_for_update().get(pk=run.pk)
        if locked.status == RunStatus.MAKING:
            locked.status, locked.rows, locked.content = RunStatus.MADE, made.rows, made.content
            locked.file_name, locked.media_type = made.name, made.media_type
            locked.save()
            _address(locked, schedule)
            _forget_old(schedule)
    return locked


def _address(run: ReportRun, schedule: ReportSchedule) -> None:
    is_for_customer = schedule.customer_id is not None
    refused = refused_recipients(schedule.report, schedule.recipients, is_for_customer=is_for_customer)
    reason = str(_("This address may not see the report any more."))
    ReportLetter.objects.bulk_create(
        ReportLetter(run=run, recipient=address, status=MailStatus.FAILED, error=reason)
        if address in refused
        else ReportLetter(run=run, recipient=address)
        for address in schedule.recipients
    )


def _refuse(run: ReportRun, error: str) -> None:
    run.status, run.error = RunStatus.REFUSED, error[:300]
    run.save(update_fields=["status", "error", "updated_at"])


def _forget_old(schedule: ReportSchedule) -> None:
    """Delete the oldest runs, and the files of which every letter has arrived or was given up."""
    old = list(schedule.runs.order_by("-due_at").values_list("pk", flat=True)[KEPT_RUNS:])
    schedule.runs.filter(pk__in=old).delete()
    waiting = ReportLetter.objects.filter(run__schedule=schedule).exclude(status=MailStatus.SENT).values("run")
    past = schedule.runs.exclude(pk__in=waiting).filter(due_at__lt=timezone.now() - timedelta(days=1))
    past.update(content=None)
