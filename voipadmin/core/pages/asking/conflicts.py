"""Two people on one form: the second is told what the first changed, and chooses whose answers hold."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from auditlog.models import LogEntry
from django.db import models

from voipadmin.core.audit.described import Change, describe
from voipadmin.core.errors import Message
from voipadmin.core.forms.entity_form import EntityForm

LATEST = 20


@dataclass(frozen=True)
class Conflict:
    """What others changed while a form was open; `rows` names the rows of the form where they are others now."""

    changes: list[Change]
    rows: Message = ""


def version_of(form: EntityForm) -> str:
    """Return by what a form's object and rows are known again: the last entry of its changelog, else its last change.

    A new object has no version.
    """
    instance = form.instance
    if instance._state.adding:
        return ""
    entry = _entries(instance).order_by("-id").values_list("id", flat=True).first() or 0
    stamp = "" if getattr(instance, "keeps_changelog", False) else _stamp(instance)
    return f"{entry}.{stamp}.{_rows_mark(form)}"


def conflict_with(form: EntityForm, sent: str) -> Conflict | None:
    """Return what others changed of what the form is about since it was opened with the version `sent`, or None."""
    if not sent or sent == version_of(form):
        return None
    entry, stamp, rows = [*sent.split(".", 2), "", ""][:3]
    if not entry.isdigit() or len(entry) > 18:  # noqa: PLR2004 - more digits than a key of the changelog has
        return None
    newer = _entries(form.instance).filter(id__gt=int(entry)).select_related("actor").order_by("-id")[:LATEST]
    changes = [change for change in describe(_about(newer, form.fields.keys())) if change.fields]
    is_other = stamp != "" and stamp != _stamp(form.instance)
    other_rows = form.rows_title if rows != _rows_mark(form) else ""
    return Conflict(changes, other_rows) if changes or other_rows or is_other else None


def _about(entries: Iterable[LogEntry], names: Collection[str]) -> list[LogEntry]:
    """Return the entries that tell of fields of the form, with these alone."""
    found = []
    for entry in entries:
        told: Any = entry
        told.changes = {name: values for name, values in (told.changes_dict or {}).items() if name in names}
        found += [entry] if told.changes else []
    return found


def _entries(instance: models.Model) -> Any:
    entries: Any = LogEntry.objects
    return entries.get_for_object(instance)


def _stamp(instance: models.Model) -> str:
    moment = getattr(instance, "updated_at", None)
    return f"{moment.timestamp():.6f}".replace(".", "_") if moment else ""


def _rows_mark(form: EntityForm) -> str:
    """Return a number that another one stands for where rows were added, changed or taken off."""
    if form.rows_class is None:
        return ""
    rows: Any = form.rows_class(instance=form.instance, prefix="rows").get_queryset()
    known = [f"{row.pk} {_stamp(row) or _values(row)}" for row in rows]
    return str(crc32("\n".join(sorted(known)).encode()))


def _values(row: models.Model) -> str:
    return " ".join(str(getattr(row, field.attname)) for field in row._meta.concrete_fields)
