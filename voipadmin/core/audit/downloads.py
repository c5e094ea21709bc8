"""Who took data out of the panel: an entry of the changelog for each file, before its first row is sent."""

from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.http import HttpRequest

# Filters are kept as the address has them; one may be longer than an entry needs.
LONGEST_FILTERS = 2000


def record_download(request: HttpRequest, subject: models.Model | type[models.Model], *, form: str, rows: int) -> None:
    """Note that the request's user takes `rows` rows of an object, or of the list of a model, as `form` ("CSV").

    The user and the address come from the request's context, as for every entry; filters from the request's address.
    """
    changes = {
        "download": ["", form],
        "filters": ["", request.GET.urlencode()[:LONGEST_FILTERS]],
        "rows": ["", str(rows)],
    }
    entries: Any = LogEntry.objects
    if isinstance(subject, models.Model):
        entries.log_create(subject, action=LogEntry.Action.ACCESS, changes=changes)
        return
    entries.create(
        content_type=ContentType.objects.get_for_model(subject),
        object_pk="",
        object_repr=str(subject._meta.verbose_name_plural),
        action=LogEntry.Action.ACCESS,
        changes=changes,
    )
