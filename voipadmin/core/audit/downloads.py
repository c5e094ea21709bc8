"""Who took data out of the panel: an entry of the audit log for each file, before its first row is sent."""

from django.db import models
from django.http import HttpRequest

from voipadmin.core.audit.events import AuditEvent, record_event


def record_download(request: HttpRequest, subject: models.Model | type[models.Model], *, form: str, rows: int) -> None:
    """Note that the request's user takes `rows` rows of an object, or of the list of a model, as `form` ("CSV").

    The user and the address come from the request's context, as for every entry; filters from the request's address.
    """
    details = {"download": form, "filters": request.GET.urlencode(), "rows": rows}
    record_event(AuditEvent.DOWNLOAD, subject, details=details)
