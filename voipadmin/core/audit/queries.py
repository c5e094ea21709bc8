"""Entries of the changelog of one object and of what belongs to it, part by part."""

from typing import Any
from uuid import UUID

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models

from voipadmin.core.models import AuditLink


def entries_of(instance: models.Model, *, before: int | None = None, size: int) -> list[LogEntry]:
    """Return up to `size` entries of an object and of its children, the newest first, from below `before` on.

    1. Both indexes give the newest keys of their kind: the object's own, and those of its children, deleted ones too.
    2. The newest of both together are read by their keys.
    """
    entries: Any = LogEntry.objects
    kind = ContentType.objects.get_for_model(instance)
    own = entries.filter(content_type=kind, object_pk=str(instance.pk))
    links = (
        AuditLink.objects.filter(parent_id=instance.pk) if isinstance(instance.pk, UUID) else AuditLink.objects.none()
    )
    if before is not None:
        own, links = own.filter(pk__lt=before), links.filter(entry_id__lt=before)
    keys = {
        *own.order_by("-pk").values_list("pk", flat=True)[:size],
        *links.order_by("-entry_id").values_list("entry_id", flat=True)[:size],
    }
    newest = sorted(keys, reverse=True)[:size]
    return list(entries.filter(pk__in=newest).select_related("actor").order_by("-pk"))
