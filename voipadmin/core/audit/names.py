"""Names of the objects that entries of the changelog refer to, read for many entries at once."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models

EMPTY = (None, "", "None")


def field_of(model: type[models.Model] | None, name: str) -> Any:
    """Return the model's field of that name, or None where it has none: a detail of an event, a field of before."""
    try:
        return model._meta.get_field(name) if model is not None else None
    except FieldDoesNotExist:
        return None


def model_of(entry: LogEntry) -> type[models.Model] | None:
    """Return the model that an entry is about; None where this release has no such model."""
    return ContentType.objects.get_for_id(entry.content_type_id).model_class()


class Names:
    """The names of what foreign keys of some entries point to, and which of their objects are still there.

    Two questions for each model: one for the objects, one for the names that the changelog kept of deleted ones.
    """

    def __init__(self, entries: Iterable[LogEntry]) -> None:
        wanted: dict[type[models.Model], set[str]] = defaultdict(set)
        self._present: dict[type[models.Model], set[str]] = {}
        subjects: dict[type[models.Model], set[str]] = defaultdict(set)
        for entry in entries:
            model = model_of(entry)
            if model is None:
                continue
            if entry.object_pk:
                subjects[model].add(entry.object_pk)
            for related, value in _references(model, entry):
                wanted[related].add(value)
        self._names = {model: _names_of(model, keys) for model, keys in wanted.items()}
        for model, keys in subjects.items():
            self._present[model] = {str(pk) for pk in _existing(model, keys).values_list("pk", flat=True)}

    def name(self, model: type[models.Model], key: object) -> str:
        """Return the name of an object, or its key where nothing is known of it."""
        return self._names.get(model, {}).get(str(key), str(key))

    def is_there(self, model: type[models.Model], key: str) -> bool:
        """Tell whether the object of an entry still exists."""
        return key in self._present.get(model, set())


def _references(model: type[models.Model], entry: LogEntry) -> Iterable[tuple[type[models.Model], str]]:
    described: Any = entry
    for name, values in (described.changes or {}).items():
        field = field_of(model, name)
        if isinstance(field, models.ForeignKey) and isinstance(values, list):
            for value in values:
                if value not in EMPTY:
                    yield field.related_model, str(value)


def _existing(model: type[models.Model], keys: set[str]) -> models.QuerySet[Any]:
    to_python = model._meta.pk.to_python
    valid = []
    for key in keys:
        try:
            valid.append(to_python(key))
        except ValidationError:
            continue
    found: models.QuerySet[Any] = model._default_manager.filter(pk__in=valid)
    return found


def _names_of(model: type[models.Model], keys: set[str]) -> dict[str, str]:
    names = {str(item.pk): str(item) for item in _existing(model, keys).select_related(*_joined(model))}
    gone = keys - names.keys()
    if gone:
        kind = ContentType.objects.get_for_model(model)
        entries: Any = LogEntry.objects.filter(content_type=kind, object_pk__in=gone).order_by("pk")
        names |= dict(entries.values_list("object_pk", "object_repr"))
    return names


def _joined(model: type[models.Model]) -> list[str]:
    """Return the foreign keys that are never empty: names are made of them, such as an extension's of its customer."""
    return [field.name for field in model._meta.fields if isinstance(field, models.ForeignKey) and not field.null]
