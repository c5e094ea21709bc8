"""The job that makes a large file of calls."""

import tempfile
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from billing.models import Cdr
from reports.calls.files import PERMISSION, CallsFile
from reports.kit.exports import MOST_ROWS_OF_A_SHEET, PIECE, FileForm, content_type_of, file_name
from voipadmin.core.audit.events import AuditEvent, record_event
from voipadmin.core.errors import DomainError, Message
from voipadmin.core.jobs.files import new_result
from voipadmin.core.jobs.kinds import JobKind, declare
from voipadmin.core.jobs.running import JobRun
from voipadmin.core.jobs.services import begin_job
from voipadmin.core.models import Job

KIND = "export_calls"


def begin_export(user: Any, query: str, form: FileForm) -> Job:
    """Have the file of the calls of a filter made."""
    return begin_job(KIND, user=user, subject=f"calls.{form.value}", parameters={"query": query, "form": form.value})


def export_calls(run: JobRun) -> None:
    """Make the file. Rows are counted before, and the share of the file that is written tells how far it is."""
    user: Any = run.user
    query, form = run.parameters["query"], FileForm(run.parameters["form"])
    if not user.has_perm(PERMISSION):
        raise DomainError(_("You may no longer do this."))
    file = CallsFile(user, query, form)
    total = file.calls.order_by().count()
    if form is FileForm.WORKBOOK and total >= MOST_ROWS_OF_A_SHEET:
        text = _("These are %(count)d calls; a sheet of a workbook holds %(most)d. Take CSV, or a shorter period.")
        raise DomainError(text % {"count": total, "most": MOST_ROWS_OF_A_SHEET - 1})
    run.tell(0, total, always=True)
    writer = new_result(
        run.job,
        name=file_name(form, "calls"),
        content_type=content_type_of(form),
        permission=PERMISSION,
        is_of_all_customers=user.sees_everything,
    )
    # First to the disk: the connection that sends the records can write nothing meanwhile.
    with tempfile.TemporaryFile() as kept:
        for piece in file.pieces(lambda rows: run.tell(min(rows, total))):
            kept.write(piece)
        kept.seek(0)
        for piece in iter(lambda: kept.read(PIECE), b""):
            writer.write(piece)
            run.tell(total)
    run.result = {"rows": total, "size": writer.close().size}
    details = {"download": form.name, "filters": query, "rows": total, "job": run.job.pk}
    record_event(AuditEvent.DOWNLOAD, Cdr, details=details, actor=user)


def _result_of(job: Job) -> Message:
    rows = job.result.get("rows", 0)
    return ngettext("%(count)d row in the file.", "%(count)d rows in the file.", rows) % {"count": rows}


declare(
    JobKind(code=KIND, label=gettext_lazy("Export of calls"), icon="download", work=export_calls, result_of=_result_of)
)
