"""The columns of a list: which there are, which a user has chosen, and in which order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst

from voipadmin.core.lists.additions import added_columns, usual_additions
from voipadmin.core.pages.entities.entity import Entity
from voipadmin.core.viewer import Viewer


@dataclass(frozen=True)
class ColumnChoice:
    """A column as it is offered; one that `stays` cannot be taken off, as it leads to the object."""

    name: str
    label: str
    is_chosen: bool
    stays: bool


def offered_columns(entity: Entity[Any], user: Viewer) -> list[str]:
    """Return the names of the columns that `user` may have, in the table's own order."""
    hidden = entity.hidden_from(user)
    own = [name for name in entity.table.base_columns if name not in hidden]
    return own + list(added_columns(entity.model, user))


def usual_columns(entity: Entity[Any], user: Viewer) -> list[str]:
    """Return the columns that a list has where nothing was chosen."""
    extra: frozenset[str] = getattr(entity.table, "extra_columns", frozenset())
    added = added_columns(entity.model, user).keys() - usual_additions(entity.model, user)
    return [name for name in offered_columns(entity, user) if name not in extra | added]


def with_first(chosen: Iterable[str], offered: Sequence[str]) -> list[str]:
    """Return the chosen columns with that which leads to the object, the table's first link."""
    columns = list(chosen)
    return columns if not columns or offered[0] in columns else [offered[0], *columns]


def moved(columns: Sequence[str], move: str) -> list[str]:
    """Return the columns after a move such as `name:up` or `name:down`; anything else moves nothing."""
    name, _colon, direction = move.partition(":")
    found = list(columns)
    if name not in found or direction not in {"up", "down"}:
        return found
    place = found.index(name)
    found.insert(max(0, place + (-1 if direction == "up" else 1)), found.pop(place))
    return found


def choices(headers: dict[str, Any], chosen: Sequence[str]) -> list[ColumnChoice]:
    """Return every column that is offered, those that are shown first and in their order."""
    rest = [name for name in headers if name not in chosen]
    first = next(iter(headers), "")
    return [
        ColumnChoice(name, capfirst(str(headers[name])) or name, name in chosen, stays=name == first)
        for name in [*chosen, *rest]
        if name in headers
    ]
