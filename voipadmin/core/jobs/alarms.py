"""The alarm about jobs."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voipadmin.core.alarms.kinds import AlarmKind, declare
from voipadmin.core.models import Alarm


def _job(alarm: Alarm) -> str:
    return reverse("core:job_detail", args=[alarm.subject])


JOB_STOPPED = declare(
    AlarmKind(
        "job_stopped",
        _("The job “%(job)s” is not finished: three workers began it and none finished it. Their log says why."),
        "list-checks",
        is_severe=False,
        address=_job,
        name=_("Job is not finished"),
        advice=_("Read the workers’ log of that time; then repeat the job on its page."),
    )
)
