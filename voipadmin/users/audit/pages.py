"""The audit page: who did what, when and from where; `?export=csv` gives what is filtered."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from auditlog.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from voipadmin.core.api.pagination import page_of
from voipadmin.core.api.problems import ProblemError
from voipadmin.core.audit.described import Change, FieldChange, describe, saves_of
from voipadmin.core.audit.downloads import record_download
from voipadmin.core.tables.csv_export import csv_response
from voipadmin.users.audit.filters import AuditFilterSet
from voipadmin.users.audit.queries import audit_entries

PERMISSION = "auditlog.view_logentry"
PART = 50
# More is for whoever asks by days: a file that nobody can open helps nobody.
LONGEST_FILE = 200_000
BATCH = 500


class AuditView(View):
    """The audit log, for administrators."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show a part of it, or send the file."""
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        filters = AuditFilterSet(request.GET or None, queryset=audit_entries(), request=request)
        is_valid = not filters.is_bound or filters.is_valid()
        rows = filters.qs if is_valid else audit_entries().none()
        too_long = False
        if request.GET.get("export") == "csv" and is_valid:
            too_long = _is_longer(rows, LONGEST_FILE)
            if not too_long:
                return self._file(rows)
        found, older = self._part(rows)
        context = {"filter": filters, "saves": saves_of(describe(found)), "older": older, "longest_file": LONGEST_FILE}
        return self._page({**context, "too_long": too_long})

    def _page(self, context: dict[str, Any]) -> HttpResponse:
        return render(self.request, "users/audit.html", context)

    def _part(self, rows: QuerySet[LogEntry]) -> tuple[list[LogEntry], str | None]:
        """Return the entries after the cursor of the address; a cursor that is none begins at the newest."""
        cursor = self.request.GET.get("cursor")
        try:
            return page_of(rows, ordering="-timestamp", limit=PART, cursor=cursor)
        except ProblemError:
            return page_of(rows, ordering="-timestamp", limit=PART, cursor=None)

    def _file(self, rows: QuerySet[LogEntry]) -> HttpResponseBase:
        # Not the entry that tells of the file itself, which comes while it is sent.
        rows = rows.filter(timestamp__lte=timezone.now())
        record_download(self.request, LogEntry, form="CSV", rows=rows.count())
        ordered = rows.order_by("-timestamp", "-pk")
        name = f"audit-{timezone.localtime():%Y%m%d-%H%M%S}.csv"
        return csv_response(_lines(iter(ordered.iterator(chunk_size=2_000))), filename=name)


def _is_longer(rows: QuerySet[LogEntry], count: int) -> bool:
    return rows.order_by("-timestamp").values("pk")[count : count + 1].exists()


def _lines(entries: Iterator[LogEntry]) -> Iterator[list[str]]:
    yield [
        _("Time"),
        _("User"),
        _("Address"),
        _("Action"),
        _("Kind"),
        _("Object"),
        _("Key"),
        _("Changes"),
        _("Entry of save"),
    ]
    while batch := list(islice(entries, BATCH)):
        yield from (_line(change) for change in describe(batch))


def _line(change: Change) -> list[str]:
    told = "; ".join(_told(field) for field in change.fields)
    subject = [change.action_label, change.kind_label, change.subject_label, change.subject_key]
    return [change.at.isoformat(), change.actor, change.remote_addr, *subject, told, change.save]


def _told(field: FieldChange) -> str:
    if field.secret:
        return field.label
    return f"{field.label}: {field.before} → {field.after}" if field.before else f"{field.label}: {field.after}"
