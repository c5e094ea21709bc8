"""What an action would do: sentences and figures, gathered from every app before a person confirms it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from voipadmin.core.errors import Message
from voipadmin.core.viewer import Viewer


@dataclass(frozen=True)
class Figure:
    """One thing that is counted before an action: `matters` where it is what makes one think twice."""

    label: Message
    value: Message
    matters: bool = False


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a person is asked before an action: what it will do, what is in use now, and how it can be taken back.

    `undo` says how; empty means that nothing brings it back, which the page then says. Where something is to be
    `typed`, such as how many objects are meant, the button alone does not suffice. The answer is good for the `state`
    that was asked about: an allocation, a preview. Where there is a `refusal`, the action cannot be done now: the
    question says why, and has no button.
    """

    title: Message
    button: Message
    effects: Sequence[Message] = ()
    figures: Sequence[Figure] = ()
    undo: Message = ""
    state: str = ""
    typed: str = ""
    icon: str = "triangle-alert"
    is_dangerous: bool = True
    refusal: Message = ""


UseReader = Callable[[models.QuerySet[Any], Viewer], Iterable[Figure]]
_READERS: dict[type[models.Model], list[UseReader]] = {}


def tells_use_of(*kinds: type[models.Model]) -> Callable[[UseReader], UseReader]:
    """Make a function the one that sums up what uses objects of these kinds now: telephones, calls, minutes, money.

    It is given the objects as rows, one or very many, and asks a few questions about all of them together. An app has
    such functions in its module `consequences`, which is found when Django starts: an upper app tells the pages of a
    lower one what depends on an object.
    """

    def register(reader: UseReader) -> UseReader:
        for kind in kinds:
            _READERS.setdefault(kind, []).append(reader)
        return reader

    return register


def use_of(instance: models.Model, user: Viewer) -> list[Figure]:
    """Return the figures of all apps about what uses an object now, as far as `user` may know them."""
    return use_of_all(_rows_of(type(instance)).filter(pk=instance.pk), user)


def use_of_all(rows: models.QuerySet[Any], user: Viewer) -> list[Figure]:
    """Return the same about several objects, summed up."""
    # Without the order, joins and columns of a list, which would be worked out once for each figure.
    chosen = _rows_of(rows.model).filter(pk__in=rows.order_by().values("pk"))
    return [figure for reader in _READERS.get(rows.model, ()) for figure in reader(chosen, user)]


def _rows_of(model: type[models.Model]) -> models.QuerySet[Any]:
    rows: models.QuerySet[Any] = model._default_manager.order_by()
    return rows
