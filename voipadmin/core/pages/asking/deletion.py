"""What hangs on an object: what goes along when it is deleted, and what forbids it."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.utils import NestedObjects
from django.db import models, router
from django.utils.translation import gettext as _

from voipadmin.core.pages.entities.consequences import Question, use_of
from voipadmin.core.pages.entities.entity import Entity
from voipadmin.core.viewer import Viewer

# From so many objects that go along on, the name has to be typed: a habit of clicking does not type it.
MANY = 10


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


def deletion_question(entity: Entity[Any], instance: models.Model, hanging: Hanging, user: Viewer) -> Question:
    """Return what is asked before an object is deleted; its name is to be typed where much goes along with it."""
    refused = bool(hanging.stands_in_the_way)
    count = sum(number for _kind, number in hanging.goes_along)
    return Question(
        title=_("Delete “%(object)s”?") % {"object": instance},
        button=_("Delete"),
        icon="trash-2",
        effects=[_("Asterisk forgets it seconds later; calls in progress go on.")] if entity.synced else [],
        figures=use_of(instance, user),
        typed=str(instance).strip() if count >= MANY else "",
        refusal=_("This cannot be deleted now") if refused else "",
    )
