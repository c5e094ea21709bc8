"""The job that imports a list of numbers which somebody looked at."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from numbering.did_lists.imports import apply_import
from routing.models import Provider
from voipadmin.core.errors import DomainError, Message
from voipadmin.core.jobs.files import input_of
from voipadmin.core.jobs.kinds import JobKind, declare
from voipadmin.core.jobs.running import JobRun
from voipadmin.core.jobs.services import begin_job
from voipadmin.core.models import Job

KIND = "did_import"
PERMISSION = "numbering.add_did"


def begin_import(*, user: Any, name: str, content: bytes, provider: Provider | None, country: str) -> Job:
    """Have a list of numbers imported."""
    parameters = {"provider": str(provider.pk) if provider else "", "country": country}
    return begin_job(KIND, user=user, subject=name, parameters=parameters, file=(name, [content]))


def import_numbers(run: JobRun) -> None:
    """Import the list, all of it or nothing: it can be begun again, as what is there already is unchanged."""
    user: Any = run.user
    if not user.has_perm(PERMISSION):
        raise DomainError(_("You may no longer do this."))
    key = run.parameters["provider"]
    provider = Provider.objects.visible_to(user).filter(pk=key).first() if key else None
    if key and provider is None:
        raise DomainError(_("The provider is not there any more."))
    plan = apply_import(content=input_of(run.job), provider=provider, country=run.parameters["country"])
    run.result = {"new": len(plan.new), "changed": len(plan.changed)}


def _result_of(job: Job) -> Message:
    counts = {"new": job.result.get("new", 0), "changed": job.result.get("changed", 0)}
    return _("Numbers imported: %(new)s new, %(changed)s changed.") % counts


def _numbers(_job: Job) -> str:
    return reverse("numbering:did_list")


declare(
    JobKind(
        code=KIND, label=gettext_lazy("Import of numbers"), icon="upload", work=import_numbers,
        result_of=_result_of, address_of=_numbers,
    )
)  # fmt: skip
