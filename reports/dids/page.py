"""The page of the DID report: filters, what the inventory comes to, and a line for each number."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from numbering.models import DID
from reports.dids.asked import AskedDids
from reports.dids.export_job import PERMISSION, begin_did_export
from reports.dids.summary import did_summary
from reports.kit.exports import FileForm, asked_form, file_response
from reports.kit.pages import ReportTable, ReportView, asked_page, file_links
from voipadmin.core.audit.downloads import record_download
from voipadmin.core.tables.csv_export import LARGEST_SENT


class DidReportView(ReportView):
    """The DID report; `?export=` gives a file, which a job makes where it is large."""

    permission = PERMISSION

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show it, or send the file that is asked for."""
        user: Any = request.user
        asked = AskedDids(request)
        if form := asked_form(request):
            return self._file(asked, form)
        page = asked_page(request, asked.ordered)
        context = {
            "form": asked.form,
            "summary": did_summary(asked.rows, user, asked.plan, now=asked.now),
            "page": page,
            "table": ReportTable(asked.columns, list(asked.read(page)), asked.order),
            "files": file_links(request),
        }
        return render(request, "reports/dids.html", context)

    def _file(self, asked: AskedDids, form: FileForm) -> HttpResponseBase:
        count = asked.rows.order_by()[: LARGEST_SENT + 1].count()
        if count > LARGEST_SENT:
            job = begin_did_export(asked.user, self.request.GET.urlencode(), form)
            return redirect(job.get_absolute_url())
        record_download(self.request, DID, form=form.name, rows=count)
        return file_response(form, asked.columns, asked.every(), name="dids")
