"""The job that makes the CSV file of a long list, with the filter and the order of its address."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from voipadmin.core.audit.events import AuditEvent, record_event
from voipadmin.core.errors import DomainError, Message
from voipadmin.core.jobs.files import new_result
from voipadmin.core.jobs.kinds import JobKind, declare
from voipadmin.core.jobs.running import JobRun
from voipadmin.core.jobs.services import begin_job
from voipadmin.core.models import Job
from voipadmin.core.pages.bulk.selection import Selection, rows_of
from voipadmin.core.pages.entities.entity import Entity
from voipadmin.core.pages.entities.registry import entity_named, label_of
from voipadmin.core.tables.list_file import ListFile, ListForm

KIND = "export_list"
PIECE = 1_000
# Their keys are held in memory. Of calls, which may be more, there is a file of its own.
MOST_ROWS = 500_000


def begin_list_export(entity: Entity[Any], user: Any, query: str, form: ListForm = ListForm.PEOPLE) -> Job:
    """Have the file of a list made."""
    parameters = {"entity": label_of(entity), "query": query, "form": form.value}
    return begin_job(KIND, user=user, subject=str(entity.name_plural), parameters=parameters)


def export_list(run: JobRun) -> None:
    """Make the file: the keys first, in their order, then the rows of a thousand keys at a time."""
    user: Any = run.user
    entity, query = entity_named(run.parameters["entity"]), run.parameters["query"]
    if not user.has_perm(entity.permission("view")):
        raise DomainError(_("You may no longer do this."))
    keys = _keys(entity, user, QueryDict(query))
    run.tell(0, len(keys), always=True)
    writer = new_result(
        run.job,
        name=f"{entity.model_name}-{timezone.localtime():%Y%m%d-%H%M%S}.csv",
        content_type="text/csv; charset=utf-8",
        permission=entity.permission("view"),
        is_of_all_customers=user.sees_everything,
    )
    # A job that an earlier release began names no form.
    file = ListFile(ListForm(run.parameters.get("form", ListForm.PEOPLE)), entity.hidden_from(user))
    headings = file.headings(_table(entity, user, ()))
    for line in file.lines(headings, _cells(entity, user, keys, file, run)):
        writer.write(line.encode())
    run.result = {"rows": len(keys), "size": writer.close().size}
    details = {"download": "CSV", "filters": query, "rows": len(keys), "job": run.job.pk}
    record_event(AuditEvent.DOWNLOAD, entity.model, details=details, actor=user)


def _keys(entity: Entity[Any], user: Any, address: QueryDict) -> list[Any]:
    request = HttpRequest()
    request.user = user
    rows = rows_of(entity, request, Selection("", (), address.urlencode()))
    table = _table(entity, user, rows)
    allowed = {column.name for column in table.columns if column.orderable}
    order = [name for name in address.getlist("sort") if name.removeprefix("-") in allowed]
    if order:
        table.order_by = order
    keys = list(table.data.data.values_list("pk", flat=True)[: MOST_ROWS + 1])
    if len(keys) > MOST_ROWS:
        raise DomainError(_("A list gives at most %(count)d rows. Narrow the filter.") % {"count": MOST_ROWS})
    return keys


def _cells(entity: Entity[Any], user: Any, keys: Sequence[Any], file: ListFile, run: JobRun) -> Iterator[Sequence[Any]]:
    for begin in range(0, len(keys), PIECE):
        piece = keys[begin : begin + PIECE]
        found = {row.pk: row for row in entity.objects_for(user).filter(pk__in=piece)}
        yield from file.rows(_table(entity, user, [found[key] for key in piece if key in found]))
        run.tell(begin + len(piece))


def _table(entity: Entity[Any], user: Any, rows: Any) -> Any:
    return entity.table(data=rows, exclude=tuple(entity.hidden_from(user)))


def _result_of(job: Job) -> Message:
    rows = job.result.get("rows", 0)
    return ngettext("%(count)d row in the file.", "%(count)d rows in the file.", rows) % {"count": rows}


declare(
    JobKind(code=KIND, label=gettext_lazy("Export of a list"), icon="download", work=export_list, result_of=_result_of)
)
