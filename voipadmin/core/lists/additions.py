"""Columns and filters that an upper app adds to the lists of a lower one, such as what Asterisk knows of objects."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import django_tables2 as tables
from django.db import models

from voipadmin.core.errors import Message
from voipadmin.core.viewer import Viewer


@dataclass(frozen=True)
class AddedFilter:
    """A choice that narrows a list, `narrow(rows, value)`: of `choices`, or of the visible objects of `model`."""

    label: Message
    choices: Sequence[tuple[str, Message]]
    narrow: Callable[[Any, Any], Any]
    model: type[models.Model] | None = None


def _nothing(_rows: Sequence[Any]) -> None:
    return


@dataclass(frozen=True)
class Addition:
    """What is added to the lists of a model for those who have a permission.

    `columns` are by name; `fill(rows)` sets an attribute of each name on each row of a page, at once for all of them.
    """

    permission: str
    columns: Mapping[str, Callable[[], tables.Column]] = field(default_factory=dict)
    fill: Callable[[Sequence[Any]], None] = _nothing
    usual: frozenset[str] = frozenset()
    filters: Mapping[str, AddedFilter] = field(default_factory=dict)


_ADDITIONS: dict[type[models.Model], list[Addition]] = {}


def add_to_lists(model: type[models.Model], addition: Addition) -> None:
    """Add columns and filters to the lists of a model; called while the apps start."""
    _ADDITIONS.setdefault(model, []).append(addition)


def additions_for(model: type[models.Model], user: Viewer | None) -> Iterator[Addition]:
    """Yield what is added for a user; nothing where nobody asks."""
    for addition in _ADDITIONS.get(model, ()):
        if user is not None and user.has_perm(addition.permission):
            yield addition


def added_columns(model: type[models.Model], user: Viewer) -> dict[str, Callable[[], tables.Column]]:
    """Return the added columns by name."""
    return {name: made for addition in additions_for(model, user) for name, made in addition.columns.items()}


def usual_additions(model: type[models.Model], user: Viewer) -> frozenset[str]:
    """Return the names of the added columns that a list shows where nothing was chosen."""
    return frozenset[str]().union(*(addition.usual for addition in additions_for(model, user)))


def fill_additions(model: type[models.Model], user: Viewer, rows: Sequence[Any], shown: Sequence[str]) -> None:
    """Set what the added columns show on the rows of a page; what is not shown is not asked for."""
    for addition in additions_for(model, user):
        if rows and not addition.columns.keys().isdisjoint(shown):
            addition.fill(rows)
