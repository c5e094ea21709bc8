"""The job that makes the file of a scheduled report."""

from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext

from reports.models import ReportRun, RunStatus
from reports.schedules.services import RUN_JOB, make_run
from voipadmin.core.errors import Message
from voipadmin.core.jobs.kinds import JobKind, declare
from voipadmin.core.jobs.running import JobRun
from voipadmin.core.models import Job


def make(run: JobRun) -> None:
    """Make the file and its letters; why there is none is kept with the run."""
    made = make_run(ReportRun.objects.get(pk=run.parameters["run"]))
    run.result = {"rows": made.rows or 0, "error": made.error if made.status == RunStatus.REFUSED else ""}
    run.result["schedule"] = str(made.schedule_id)


def _result_of(job: Job) -> Message:
    if job.result.get("error"):
        return str(job.result["error"])
    rows = job.result.get("rows", 0)
    return ngettext("%(count)d row in the file.", "%(count)d rows in the file.", rows) % {"count": rows}


def _address_of(job: Job) -> str:
    key = job.result.get("schedule")
    return reverse("reports:reportschedule_detail", args=[key]) if key else ""


declare(
    JobKind(
        code=RUN_JOB,
        label=gettext_lazy("Scheduled report"),
        icon="mails",
        work=make,
        result_of=_result_of,
        address_of=_address_of,
        can_cancel=False,
    )
)
