"""The jobs of a re-rating: its preview, and its writing; what is left to do is begun once more on its own page."""

from django.urls import reverse
from django.utils.translation import gettext_lazy

from billing.models import Rerating, ReratingStatus
from billing.rerating.services import PREVIEW_KIND, WRITE_KIND, cancel_rerating
from billing.rerating.writing import write_job
from voipadmin.core.errors import Message
from voipadmin.core.jobs.kinds import JobKind, declare
from voipadmin.core.jobs.running import JobRun
from voipadmin.core.models import Job


def _preview(run: JobRun) -> None:
    # Only here: it brings numpy, a tenth of a second at the start of each process that never rates again.
    from billing.rerating.preview import make_preview  # noqa: PLC0415

    for rerating in Rerating.objects.filter(pk=run.parameters["rerating"]):
        make_preview(rerating)
        _tell_state(run, rerating)


def _write(run: JobRun) -> None:
    for rerating in Rerating.objects.filter(pk=run.parameters["rerating"]):
        write_job(rerating)
        _tell_state(run, rerating)


def _tell_state(run: JobRun, rerating: Rerating) -> None:
    rerating.refresh_from_db()
    run.result = {"state": rerating.status}


def _rerating_state(job: Job) -> Message:
    return ReratingStatus(job.result["state"]).label if job.result.get("state") in ReratingStatus.values else ""


def _rerating(job: Job) -> str:
    return reverse("billing:rerating_detail", args=[job.parameters["rerating"]])


def _cancel_preview(job: Job) -> None:
    for rerating in Rerating.objects.filter(pk=job.parameters["rerating"]):
        cancel_rerating(rerating=rerating)


declare(
    JobKind(
        code=PREVIEW_KIND, label=gettext_lazy("Preview of a re-rating"), icon="history", work=_preview,
        result_of=_rerating_state, address_of=_rerating, cancel=_cancel_preview, can_repeat=False,
    )
)  # fmt: skip
declare(
    JobKind(
        code=WRITE_KIND, label=gettext_lazy("Writing of a re-rating"), icon="history", work=_write,
        result_of=_rerating_state, address_of=_rerating, can_cancel=False, can_repeat=False,
    )
)  # fmt: skip
