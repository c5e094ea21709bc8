"""The entities by their models' names, for a worker that is to do something with one."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext as _

from voipadmin.core.errors import DomainError
from voipadmin.core.forms.pick import offer
from voipadmin.core.pages.entities.entity import Entity

_ENTITIES: dict[str, Entity[Any]] = {}


def label_of(entity: Entity[Any]) -> str:
    """Return the name under which an entity is known, such as `numbering.did`."""
    return f"{entity.app_label}.{entity.model_name}"


def register(entity: Entity[Any]) -> None:
    """Make an entity known."""
    _ENTITIES[label_of(entity)] = entity
    if entity.is_long:
        offer(entity.model, lambda rows, text, request: _found(entity, rows, text, request))


def _found(entity: Entity[Any], rows: Any, text: str, request: Any) -> Any:
    """Return the rows that the search of the entity's list finds."""
    return entity.filterset({"q": text}, queryset=rows, request=request).qs


def entity_of_list(list_name: str) -> Entity[Any]:
    """Return the entity whose list has a name such as `customers.customer`; raise Http404."""
    try:
        return _ENTITIES[list_name]
    except KeyError as error:
        raise Http404 from error


def entity_named(label: str) -> Entity[Any]:
    """Return an entity; raise DomainError where this release has none of that name."""
    # The addresses name the entities; a worker has not loaded them.
    import_module(settings.ROOT_URLCONF)
    if label not in _ENTITIES:
        raise DomainError(_("This release does not know these objects any more."))
    return _ENTITIES[label]
