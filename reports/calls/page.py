"""The file of the calls that the list of calls shows, with the same filters; a large one is made by a job."""

from typing import Any

from django.http import HttpRequest, HttpResponseBadRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header

from billing.models import Cdr
from reports.calls.export_job import begin_export
from reports.calls.files import PERMISSION, CallsFile, WrongFilter
from reports.kit.exports import FileForm, asked_form, content_type_of, file_name
from reports.kit.pages import ReportView
from voipadmin.core.audit.downloads import record_download
from voipadmin.core.tables.csv_export import LARGEST_SENT


class CallsFileView(ReportView):
    """Calls as a file, the newest first; filters that make no sense give none."""

    permission = PERMISSION

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Send it, or have it made and go to the job."""
        user: Any = request.user
        form = asked_form(request) or FileForm.PEOPLE
        try:
            file = CallsFile(user, request.GET.urlencode(), form)
        except WrongFilter as error:
            return HttpResponseBadRequest(str(error.message), content_type="text/plain; charset=utf-8")
        count = file.calls[: LARGEST_SENT + 1].count() if file.is_soon_known else LARGEST_SENT + 1
        if count > LARGEST_SENT:
            return redirect(begin_export(user, request.GET.urlencode(), form).get_absolute_url())
        record_download(request, Cdr, form=form.name, rows=count)
        response = StreamingHttpResponse(file.pieces(), content_type=content_type_of(form))
        response["Content-Disposition"] = content_disposition_header(True, file_name(form, "calls"))
        return response
