"""The job that makes a large file of the DID report."""

from collections.abc import Iterable, Iterator
from typing import Any, cast

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from numbering.models import DID
from reports.dids.asked import AskedDids
from reports.kit.columns import Row
from reports.kit.exports import FileForm, content_type_of, file_name, file_pieces
from voipadmin.core.audit.events import AuditEvent, record_event
from voipadmin.core.errors import DomainError, Message
from voipadmin.core.jobs.files import new_result
from voipadmin.core.jobs.kinds import JobKind, declare
from voipadmin.core.jobs.running import JobRun
from voipadmin.core.jobs.services import begin_job
from voipadmin.core.models import Job

KIND = "export_dids"
PERMISSION = "numbering.view_did"


def begin_did_export(user: Any, query: str, form: FileForm) -> Job:
    """Have the file of the DID report of a filter made."""
    return begin_job(KIND, user=user, subject=f"dids.{form.value}", parameters={"query": query, "form": form.value})


def export_dids(run: JobRun) -> None:
    """Make the file; the numbers that were read tell how far it is."""
    user: Any = run.user
    query, form = run.parameters["query"], FileForm(run.parameters["form"])
    if not user.has_perm(PERMISSION):
        raise DomainError(_("You may no longer do this."))
    request = HttpRequest()
    request.GET, request.user = cast("Any", QueryDict(query)), user
    asked = AskedDids(request)
    total = asked.rows.order_by().count()
    run.tell(0, total, always=True)
    writer = new_result(
        run.job,
        name=file_name(form, "dids"),
        content_type=content_type_of(form),
        permission=PERMISSION,
        is_of_all_customers=user.sees_everything,
    )
    for piece in file_pieces(form, asked.columns, _told(asked.every(), run)):
        writer.write(piece)
    run.result = {"rows": total, "size": writer.close().size}
    details = {"download": form.name, "filters": query, "rows": total, "job": run.job.pk}
    record_event(AuditEvent.DOWNLOAD, DID, details=details, actor=user)


def _told(rows: Iterable[Row], run: JobRun) -> Iterator[Row]:
    for done, row in enumerate(rows, 1):
        yield row
        run.tell(done)


def _result_of(job: Job) -> Message:
    rows = job.result.get("rows", 0)
    return ngettext("%(count)d row in the file.", "%(count)d rows in the file.", rows) % {"count": rows}


declare(
    JobKind(
        code=KIND, label=gettext_lazy("Export of the DID report"), icon="download", work=export_dids,
        result_of=_result_of,
    )
)  # fmt: skip
