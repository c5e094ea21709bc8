"""What happened that is no change of an object: downloads, secrets shown, log-ins, hang-ups, bulk actions."""

from collections.abc import Mapping
from typing import Any, cast

from auditlog.cid import get_cid
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from voipadmin.core.models import BaseModel

# One entry tells what happened; it is no place for a file. Longer details are cut.
LONGEST_DETAIL = 2000


class AuditEvent(models.TextChoices):
    """What an entry of the audit log says happened, where it was no creation, change or deletion."""

    LOG_IN = "log_in", _("log-in")
    LOG_IN_FAILED = "log_in_failed", _("failed log-in")
    LOG_IN_DELAYED = "log_in_delayed", _("log-in delayed")
    LOG_OUT = "log_out", _("log-out")
    DOWNLOAD = "download", _("download")
    SECRET_SHOWN = "secret_shown", _("secret shown")
    HANG_UP = "hang_up", _("hang-up")
    BULK_ACTION = "bulk_action", _("bulk action")
    JOB = "job", _("job")
    ALARM = "alarm", _("alarm")
    MAIL = "mail", _("sent by mail")
    WEBHOOK = "webhook", _("webhook")
    CONFERENCE = "conference", _("conference")
    NODE = "node", _("node")


# The details that an event may have, by the words that the audit page shows.
EVENT_DETAILS = {
    "action": gettext_noop("action"),
    "address": gettext_noop("address"),
    "alarm": gettext_noop("alarm"),
    "calls": gettext_noop("calls"),
    "download": gettext_noop("download"),
    "failed": gettext_noop("failed"),
    "field": gettext_noop("field"),
    "file": gettext_noop("file"),
    "filters": gettext_noop("filters"),
    "job": gettext_noop("job"),
    "number": gettext_noop("number"),
    "objects": gettext_noop("objects"),
    "reason": gettext_noop("reason"),
    "recipients": gettext_noop("recipients"),
    "result": gettext_noop("result"),
    "rows": gettext_noop("rows"),
    "user_agent": gettext_noop("browser"),
    "username": gettext_noop("user name"),
    "way": gettext_noop("way in"),
}


def record_event(
    event: AuditEvent,
    subject: models.Model | type[models.Model],
    *,
    details: Mapping[str, object] | None = None,
    actor: Any = None,
) -> None:
    """Enter an event about an object, or about a kind of objects, into the audit log, in the caller's transaction.

    In a request, user and address are those of the request; a task gives the user for whom it works as `actor`.
    `details` are texts by the names of EVENT_DETAILS, never secrets; empty ones are left out. Raises ValueError for a
    name that is not there: its word would have no translation.
    """
    told = {name: str(value) for name, value in (details or {}).items() if value not in (None, "")}
    if unknown := told.keys() - EVENT_DETAILS.keys():
        raise ValueError(f"Add {sorted(unknown)} to EVENT_DETAILS.")
    entries: Any = LogEntry.objects
    entries.create(
        content_type=ContentType.objects.get_for_model(subject),
        object_pk="" if isinstance(subject, type) else str(subject.pk),
        object_repr=_name(subject),
        action=LogEntry.Action.ACCESS,
        changes={name: ["", value[:LONGEST_DETAIL]] for name, value in told.items()},
        additional_data={"event": event.value, **_parents(subject)},
        actor=actor,
        cid=get_cid(),
    )


def _parents(subject: models.Model | type[models.Model]) -> dict[str, Any]:
    """Return the parents on whose pages the event shows, too."""
    return (subject.get_additional_data() or {}) if isinstance(subject, BaseModel) else {}


def _name(subject: models.Model | type[models.Model]) -> str:
    if not isinstance(subject, type):
        return str(subject)
    return str(cast("Any", subject)._meta.verbose_name_plural)
