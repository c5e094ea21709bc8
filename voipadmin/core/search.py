"""The result of a search over all objects; each app brings its own, the top floor puts them together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import Case, IntegerField, Q, Value, When
from django.urls import reverse
from django.utils.http import urlencode

from voipadmin.core.errors import Message

HITS_PER_KIND: Final = 6
# How near what was found is to what was typed: the very name or number, its beginning, or a part of it.
EXACT, BEGINS, HOLDS = 0, 1, 2
# Shorter parts are in nearly everything, and no index of trigrams finds them.
SHORTEST_PART: Final = 3


@dataclass(frozen=True)
class Hit:
    """One found object; the lower `distance` is, the nearer it is to what was typed."""

    label: str
    url: str
    detail: str = ""
    distance: int = HOLDS


@dataclass(frozen=True)
class Hits:
    """What was found of one kind, and where all of it is listed if more was found than is shown."""

    kind: Message
    icon: str
    found: tuple[Hit, ...]
    more_url: str = ""

    @property
    def distance(self) -> int:
        """Return the distance of the nearest."""
        return min((hit.distance for hit in self.found), default=HOLDS)


def hits(kind: Message, icon: str, found: Iterable[Hit], *, list_url: str = "", text: str = "") -> Hits:
    """Return at most `HITS_PER_KIND` of what was found; where there is more, the list is narrowed to `text`."""
    every = tuple(found)
    has_more = len(every) > HITS_PER_KIND and list_url
    more_url = f"{reverse(list_url)}?{urlencode({'q': text})}" if has_more else ""
    return Hits(kind, icon, every[:HITS_PER_KIND], more_url)


def any_of(fields: Iterable[str], lookup: str, text: str) -> Q:
    """Return the condition that `text` is found in one of the fields."""
    return reduce(or_, (Q(**{f"{field}__{lookup}": text}) for field in fields))


def closest(rows: Any, fields: Sequence[str], text: str, also: Any = None) -> list[Any]:
    """Return the rows with `text` in one of the fields, the nearest first, in one query over all of a small table.

    Each has its `distance`. Rows that meet the condition `also` are found as well. One more is returned than shown.
    """
    distance = Case(
        When(any_of(fields, "iexact", text), Value(EXACT)),
        When(any_of(fields, "istartswith", text), Value(BEGINS)),
        default=Value(HOLDS),
        output_field=IntegerField(),
    )
    wanted = any_of(fields, "icontains", text)
    rows = rows.filter(wanted if also is None else wanted | also)
    return list(rows.annotate(distance=distance).order_by("distance", fields[0])[: HITS_PER_KIND + 1])


def nearest(rows: Any, exact: Q, begins: Q, holds: Q | None = None) -> list[Any]:
    """Return the same of a large table: by conditions that each have an index, one after another while some are wanted.

    They are not sorted by the database, which would read all that begin so.
    """
    found: list[Any] = []
    conditions = [(EXACT, exact), (BEGINS, begins), *([(HOLDS, holds)] if holds is not None else [])]
    for distance, condition in conditions:
        left = HITS_PER_KIND + 1 - len(found)
        if left > 0:
            others = rows.filter(condition).exclude(pk__in=[row.pk for row in found]).order_by()
            for row in others[:left]:
                row.distance = distance
                found.append(row)
    return found
