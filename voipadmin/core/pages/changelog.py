"""Who changed what of an object, before and after; secrets never."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auditlog.models import LogEntry
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_noop

from voipadmin.core.audit.events import EVENT_DETAILS, AuditEvent
from voipadmin.core.fields import EncryptedTextField

LATEST = 50
# auditlog speaks no Portuguese: its words for an action are translated with ours.
ACTIONS = (gettext_noop("create"), gettext_noop("update"), gettext_noop("delete"), gettext_noop("access"))
# What auditlog writes of a link to other objects.
LINKS = {"add": gettext_noop("added"), "delete": gettext_noop("removed")}


@dataclass(frozen=True)
class FieldChange:
    """One field's values before and after; both are empty for a secret, of which only the change is told."""

    label: str
    before: str
    after: str
    secret: bool = False


@dataclass(frozen=True)
class Change:
    """One entry of the changelog."""

    at: datetime
    actor: str
    remote_addr: str
    action: int
    action_label: str
    fields: list[FieldChange]


def changes_of(instance: models.Model) -> list[Change]:
    """Return the latest changes of `instance`, newest first."""
    entries: Any = LogEntry.objects.get_for_object(instance).select_related("actor")
    return [_change(entry, type(instance)) for entry in entries.order_by("-timestamp", "-id")[:LATEST]]


def _change(entry: LogEntry, model: type[models.Model]) -> Change:
    described: Any = entry
    fields = [_field_change(model, name, values) for name, values in (described.changes_dict or {}).items()]
    return Change(
        at=described.timestamp,
        actor=str(described.actor) if described.actor else described.actor_email or "",
        remote_addr=described.remote_addr or "",
        action=described.action,
        action_label=_action_label(described),
        fields=[field for field in fields if field is not None],
    )


def _action_label(entry: Any) -> str:
    """Return the event's word where the entry tells of one, else that of creating, changing or deleting."""
    event = (entry.additional_data or {}).get("event", "")
    return str(AuditEvent(event).label) if event in AuditEvent.values else str(entry.get_action_display())


def _field_change(model: type[models.Model], name: str, values: Any) -> FieldChange | None:
    if name in {"updated_at", "created_at", "id"}:
        return None
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        field = None
    if getattr(field, "auto_created", False):
        return None  # rows of other objects, which have changelogs of their own
    label = capfirst(str(getattr(field, "verbose_name", "") or gettext(EVENT_DETAILS.get(name, name))))
    if isinstance(field, EncryptedTextField):
        return FieldChange(label, "", "", secret=True)
    if isinstance(values, dict):
        operation = str(values.get("operation", ""))
        word = gettext(LINKS[operation]) if operation in LINKS else operation
        return FieldChange(label, "", f"{word}: {', '.join(values.get('objects', []))}")
    before, after = [*values, "", ""][:2]
    change = FieldChange(label, _word(field, before), _word(field, after))
    return change if change.before != change.after else None


def _word(field: Any, value: Any) -> str:
    """Return a logged value as the choice's word or the other object's name where it is one."""
    if value in (None, "", "None"):
        return ""
    if isinstance(field, models.BooleanField):
        return gettext("Yes") if str(value) == "True" else gettext("No")
    choices = {str(key): str(word) for key, word in (getattr(field, "flatchoices", None) or [])}
    if isinstance(field, models.ForeignKey):
        found = field.related_model._default_manager.filter(pk=value).first() if value else None
        return str(found or value)
    return choices.get(str(value), str(value))
