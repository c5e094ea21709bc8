"""The entities by their models' names, for a worker that is to do something with one."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from voipadmin.core.errors import DomainError
from voipadmin.core.pages.entity import Entity

_ENTITIES: dict[str, Entity[Any]] = {}


def label_of(entity: Entity[Any]) -> str:
    """Return the name under which an entity is known, such as `numbering.did`."""
    return f"{entity.app_label}.{entity.model_name}"


def register(entity: Entity[Any]) -> None:
    """Make an entity known."""
    _ENTITIES[label_of(entity)] = entity


def entity_named(label: str) -> Entity[Any]:
    """Return an entity; raise DomainError where this release has none of that name."""
    # The addresses name the entities; a worker has not loaded them.
    import_module(settings.ROOT_URLCONF)
    if label not in _ENTITIES:
        raise DomainError(_("This release does not know these objects any more."))
    return _ENTITIES[label]
