"""The job that imports a file of call records which somebody looked at."""

import zoneinfo
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.cdrs.files.call_files import read_call_file
from billing.cdrs.services import import_call_file
from voipadmin.core.errors import DomainError, Message
from voipadmin.core.jobs.files import input_of
from voipadmin.core.jobs.kinds import JobKind, declare
from voipadmin.core.jobs.running import JobRun
from voipadmin.core.jobs.services import begin_job
from voipadmin.core.models import Job
from voipadmin.core.sheets.input_errors import FileError, message_of

KIND = "cdr_import"
PERMISSION = "billing.change_rejectedrecord"


def begin_import(
    *, user: Any, name: str, content: bytes, node: str, zone: str, columns: dict[str, int] | None, date_order: str
) -> Job:
    """Have a file of call records imported as a node's."""
    parameters = {"node": node, "zone": zone, "columns": columns, "date_order": date_order, "name": name}
    return begin_job(KIND, user=user, subject=name, parameters=parameters, file=(name, [content]))


def import_records(run: JobRun) -> None:
    """Import the file, all of it or nothing: it can be begun again, as records that are there already are known."""
    user: Any = run.user
    if not user.has_perm(PERMISSION):
        raise DomainError(_("You may no longer do this."))
    asked, zone = run.parameters, zoneinfo.ZoneInfo(run.parameters["zone"])
    try:
        file = read_call_file(input_of(run.job), zone, asked["columns"], asked["date_order"])
    except FileError as refused:
        raise DomainError(str(message_of(refused.error.kept()))) from refused
    done = import_call_file(file=file, node_name=asked["node"], zone=zone, name=asked["name"])
    run.result = {"new": done.imported, "known": done.duplicates, "rejected": done.rejected}


def _result_of(job: Job) -> Message:
    counts = {name: job.result.get(name, 0) for name in ("new", "known", "rejected")}
    return _("Call records imported: %(new)s new, %(known)s there already, %(rejected)s lines kept aside.") % counts


def _calls(_job: Job) -> str:
    return reverse("billing:cdr_list")


declare(
    JobKind(
        code=KIND, label=gettext_lazy("Import of call records"), icon="upload", work=import_records,
        result_of=_result_of, address_of=_calls,
    )
)  # fmt: skip
