"""What hangs on an object: what goes along when it is deleted, and what forbids it."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.utils import NestedObjects
from django.db import models, router


@dataclass(frozen=True)
class Hanging:
    """Counts of objects by kind, and the names of those that stand in the way."""

    goes_along: list[tuple[str, int]]
    stands_in_the_way: list[str]


def hanging_on(instance: models.Model) -> Hanging:
    """Return what deleting `instance` would take along and what forbids it."""
    # What the Django admin asks before it deletes: the same cascade, without deleting.
    collector = NestedObjects(using=router.db_for_write(type(instance)), origin=[instance])
    collector.collect([instance])
    counts: Counter[str] = Counter()
    # Keyed by model, whatever the stubs say.
    by_model: dict[Any, set[Any]] = {**collector.model_objs}
    for model, found in by_model.items():
        if model is not type(instance) and not model._meta.auto_created:
            counts[str(model._meta.verbose_name_plural)] += len(found)
    blocked = sorted(f"{item._meta.verbose_name}: {item}" for item in collector.protected)
    return Hanging(sorted(counts.items()), blocked)
