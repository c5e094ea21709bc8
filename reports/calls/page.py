"""The file of the calls that the list of calls shows, with the same filters."""

from typing import Any

from django.http import HttpRequest, HttpResponseBadRequest, HttpResponseBase

from billing.cdrs.filters import CdrFilterSet
from billing.cdrs.pages import NOT_FOR_CUSTOMERS
from billing.models import Cdr
from reports.calls.columns import COLUMNS, call_rows
from reports.kit.columns import shown_columns
from reports.kit.exports import FileForm, asked_form, file_response
from reports.kit.pages import ReportView
from voipadmin.core.audit.downloads import record_download


class CallsFileView(ReportView):
    """Calls as a file, the newest first; filters that make no sense give none."""

    permission = "billing.view_cdr"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Send it."""
        user: Any = request.user
        form = asked_form(request) or FileForm.PEOPLE
        filters = CdrFilterSet(request.GET, queryset=Cdr.objects.visible_to(user), request=request)
        hidden = frozenset() if user.sees_everything else NOT_FOR_CUSTOMERS | {"cost_currency", "attempt"}
        for name in hidden:
            filters.form.fields.pop(name, None)
        if not filters.is_valid():
            return HttpResponseBadRequest(filters.errors.as_text(), content_type="text/plain; charset=utf-8")
        calls = filters.qs.order_by("-started_at", "-id")
        columns = shown_columns(COLUMNS, hidden)
        record_download(request, Cdr, form=form.name, rows=calls.count())
        rows = call_rows(calls, columns, in_words=form is not FileForm.MACHINE)
        return file_response(form, columns, rows, name="calls")
