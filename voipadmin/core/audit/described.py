"""Entries of the changelog in words: who, from where, what of which object, before and after; secrets never."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import Any

from auditlog.models import LogEntry
from django.db import models
from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_noop

from voipadmin.core.audit.changelog import HASHED
from voipadmin.core.audit.events import EVENT_DETAILS, AuditEvent
from voipadmin.core.audit.names import EMPTY, Names, field_of, model_of
from voipadmin.core.fields import EncryptedTextField
from voipadmin.core.text.decimals import format_amount

# auditlog speaks no Portuguese: its words for an action are translated with ours.
ACTIONS = {
    LogEntry.Action.CREATE: gettext_noop("create"),
    LogEntry.Action.UPDATE: gettext_noop("update"),
    LogEntry.Action.DELETE: gettext_noop("delete"),
    LogEntry.Action.ACCESS: gettext_noop("access"),
}
# What auditlog writes of a link to other objects.
LINKS = {"add": gettext_noop("added"), "delete": gettext_noop("removed")}
UNTOLD = {"updated_at", "created_at", "id", "past_extension", "charged_until"}
# Of one save, so many entries are shown; the audit page has all of them.
SHOWN_OF_A_SAVE = 12


@dataclass(frozen=True)
class FieldChange:
    """One field's values before and after; both are empty for a secret, of which only the change is told."""

    label: str
    before: str
    after: str
    secret: bool = False


@dataclass(frozen=True)
class Change:
    """One entry: `subject_key` is empty for a kind of objects, `is_there` tells whether the object still exists."""

    key: int
    at: datetime
    actor: str
    remote_addr: str
    action: int
    action_code: str
    action_label: str
    model: type[models.Model] | None
    kind_label: str
    subject_key: str
    subject_label: str
    is_there: bool
    fields: list[FieldChange]
    save: str


@dataclass(frozen=True)
class Save:
    """Entries that one request or task made together."""

    changes: Sequence[Change]

    @property
    def first(self) -> Change:
        """Return the newest, which says who, when and from where."""
        return self.changes[0]

    @property
    def shown(self) -> Sequence[Change]:
        """Return those that are shown."""
        return self.changes[:SHOWN_OF_A_SAVE]

    @property
    def hidden(self) -> int:
        """Return how many are left out."""
        return len(self.changes) - len(self.shown)


def describe(entries: Sequence[LogEntry]) -> list[Change]:
    """Return the entries in words, with as many questions as they name models, however many they are."""
    names = Names(entries)
    return [_change(entry, names) for entry in entries]


def saves_of(changes: Iterable[Change]) -> list[Save]:
    """Put neighbours that belong together into one save."""
    return [Save(list(group)) for _key, group in groupby(changes, key=lambda change: change.save or change.key)]


def _change(entry: LogEntry, names: Names) -> Change:
    described: Any = entry
    model = model_of(entry)
    fields = [_field_change(model, name, values, names) for name, values in (described.changes_dict or {}).items()]
    event = (described.additional_data or {}).get("event", "")
    return Change(
        key=described.pk,
        at=described.timestamp,
        actor=str(described.actor) if described.actor else described.actor_email or "",
        remote_addr=described.remote_addr or "",
        action=described.action,
        action_code=event or ACTIONS[described.action],
        action_label=_action_label(described.action, event),
        model=model,
        kind_label=capfirst(str(model._meta.verbose_name)) if model is not None else "",
        subject_key=described.object_pk,
        subject_label=described.object_repr,
        is_there=model is not None and names.is_there(model, described.object_pk),
        fields=[field for field in fields if field is not None],
        save=described.cid or "",
    )


def _action_label(action: int, event: str) -> str:
    """Return the event's word where the entry tells of one, else that of creating, changing or deleting."""
    return str(AuditEvent(event).label) if event in AuditEvent.values else gettext(ACTIONS[action])


def _field_change(model: type[models.Model] | None, name: str, values: Any, names: Names) -> FieldChange | None:
    field = field_of(model, name)
    # Rows of other objects have changelogs of their own.
    if name in UNTOLD or getattr(field, "auto_created", False):
        return None
    label = capfirst(str(getattr(field, "verbose_name", "") or gettext(EVENT_DETAILS.get(name, name))))
    if isinstance(field, EncryptedTextField) or (name in HASHED and field is not None):
        return FieldChange(label, "", "", secret=True)
    if isinstance(values, dict):
        operation = str(values.get("operation", ""))
        word = gettext(LINKS[operation]) if operation in LINKS else operation
        return FieldChange(label, "", f"{word}: {', '.join(values.get('objects', []))}")
    before, after = [*values, "", ""][:2]
    change = FieldChange(label, _word(field, before, names), _word(field, after, names))
    return change if change.before != change.after else None


def _word(field: Any, value: Any, names: Names) -> str:
    """Return a logged value as the choice's word or the other object's name where it is one."""
    if value in EMPTY:
        return ""
    if isinstance(field, models.BooleanField):
        return gettext("Yes") if str(value) == "True" else gettext("No")
    choices = {str(key): str(word) for key, word in (getattr(field, "flatchoices", None) or [])}
    if isinstance(field, models.ForeignKey):
        return names.name(field.related_model, value)
    return choices.get(str(value), _typed(field, str(value)))


def _typed(field: Any, text: str) -> str:
    """Return a moment on the panel's clock and an amount in the user's language; anything else as it was logged."""
    if isinstance(field, models.DateTimeField):
        moment = _moment(text)
        return text if moment is None else f"{formats.date_format(moment, 'SHORT_DATE_FORMAT')} {moment:%H:%M:%S}"
    if isinstance(field, models.DecimalField):
        try:
            return format_amount(Decimal(text))
        except InvalidOperation:
            return text
    return text


def _moment(text: str) -> datetime | None:
    """Return a logged moment, which is UTC without a zone, in the panel's zone; None where it is none."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    if moment is None:
        return None
    return timezone.localtime(moment if timezone.is_aware(moment) else moment.replace(tzinfo=UTC))
