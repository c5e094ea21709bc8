"""A page of calls from any place of the list, as fast at its end as at its beginning.

1. Look for the keys of one page. What an index serves is looked for at once, each condition on a number by itself;
   anything else in stretches of some days, from the place on, until the page is full or the time is up.
2. Read these records.

Where the time is up, the page says how far it has looked, and the next one goes on from there.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from billing.accounts.periods import LONGEST_CALL
from billing.cdrs.search.orders import NEWEST, Order
from billing.cdrs.search.places import Place
from billing.models import Cdr, CdrQuerySet

# How much time of the records is looked through at once: first a week, then as much as is quickly done.
STRETCH, SHORTEST, LONGEST = timedelta(days=7), timedelta(days=1), timedelta(days=448)
QUICK_SECONDS, SLOW_SECONDS = 0.05, 0.15
# So long a page that finds little goes on looking, and one stretch more.
SECONDS = 0.25
FAR = timedelta(days=1)


class Key(NamedTuple):
    """A record that was found: its value in the order, its key, and when it began, by which its partition is found."""

    value: Any
    pk: UUID
    started_at: datetime


@dataclass(frozen=True)
class CallSearch:
    """What is looked for: `rows` with every condition but that of the number, of which `numbers` holds one at least.

    `is_served`: an index has the rows in the order of time. `begins` and `ends` are the period, where one was chosen.
    """

    rows: CdrQuerySet
    numbers: Sequence[Q] = ()
    is_served: bool = True
    begins: datetime | None = None
    ends: datetime | None = None
    order: Order = NEWEST


@dataclass(frozen=True)
class CallPage:
    """Records of one page, in the order; `newer` and `older` are the places of the pages before and after.

    `looked_back_to` is the moment up to which was looked, where the time was up before the page was full.
    """

    keys: list[Key] = field(default_factory=list)
    newer: Place | None = None
    older: Place | None = None
    looked_back_to: datetime | None = None


def page_of_calls(search: CallSearch, size: int, place: Place | None = None) -> CallPage:
    """Return up to `size` calls behind `place`, or before it, and where it goes on."""
    back = place is not None and place.back
    turned = replace(search, order=Order(search.order.column, search.order.descending ^ back))
    found, stopped = _keys(turned, size + 1, place)
    more = len(found) > size
    found = found[:size]
    if back:
        found.reverse()
    if not found:
        return _nothing_yet(place, stopped)
    first, last = Place(found[0].value, found[0].pk, back=True), Place(found[-1].value, found[-1].pk)
    goes_on = more or stopped is not None
    if back:
        return CallPage(found, first if goes_on else None, last)
    older = last if more else _from(stopped)
    return CallPage(found, None if place is None else first, older, stopped)


def _nothing_yet(place: Place | None, stopped: datetime | None) -> CallPage:
    """Return an empty page from which one goes on the same way, where the time was up, or turns back."""
    if place is not None and place.back:
        return CallPage([], _from(stopped, back=True), replace(place, back=False))
    return CallPage([], None if place is None else replace(place, back=True), _from(stopped), stopped)


def _from(moment: datetime | None, *, back: bool = False) -> Place | None:
    return None if moment is None else Place(moment, None, back)


def _keys(search: CallSearch, size: int, place: Place | None) -> tuple[list[Key], datetime | None]:
    """Return the first keys, and the moment at which the search stopped for want of time."""
    if search.is_served or not search.order.is_by_time:
        return _first(search, size, place), None
    return _in_stretches(search, size, place)


def _in_stretches(search: CallSearch, size: int, place: Place | None) -> tuple[list[Key], datetime | None]:
    """Look in one stretch after the other, from the place on to the first, or the last, record."""
    found: list[Key] = []
    descending, stretch = search.order.descending, STRETCH
    edge, end = _way(search, place)
    until = time.monotonic() + SECONDS
    while _is_before(edge, end, search.order):
        far = edge - stretch if descending else edge + stretch
        since, before = (far, edge) if descending else (edge, far)
        began = time.monotonic()
        rows = search.rows.filter(started_at__gte=since, started_at__lt=before)
        found += _first(replace(search, rows=rows), size - len(found), place)
        if len(found) >= size:
            return found, None
        edge, now = far, time.monotonic()
        if now > until:
            return found, edge if _is_before(edge, end, search.order) else None
        stretch = _next_stretch(stretch, now - began)
    return found, None


def _is_before(edge: datetime, end: datetime, order: Order) -> bool:
    return edge > end if order.descending else edge < end


def _next_stretch(stretch: timedelta, seconds: float) -> timedelta:
    """Return how much to look through next, when `stretch` took so long."""
    if seconds < QUICK_SECONDS:
        return min(2 * stretch, LONGEST)
    return max(stretch / 2, SHORTEST) if seconds > SLOW_SECONDS else stretch


def _way(search: CallSearch, place: Place | None) -> tuple[datetime, datetime]:
    """Return where to begin to look, and where to end; the same moment twice where there is nothing."""
    first, last = _edge("started_at"), _edge("-started_at")
    if first is None or last is None:
        nowhere = timezone.now()
        return nowhere, nowhere
    oldest, newest = max(filter(None, (first, _with_slack(search.begins)))), last + FAR
    if search.ends is not None:
        newest = min(newest, search.ends)
    if search.order.descending:
        return newest if place is None else min(newest, place.value + timedelta(microseconds=1)), oldest
    return oldest if place is None else max(oldest, place.value), newest


def _with_slack(moment: datetime | None) -> datetime | None:
    """Return a moment before which no call began that counts from `moment` on."""
    return None if moment is None else moment - LONGEST_CALL


def _edge(order: str) -> datetime | None:
    first: datetime | None = Cdr.objects.order_by(order).values_list("started_at", flat=True).first()
    return first


def _first(search: CallSearch, size: int, place: Place | None) -> list[Key]:
    """Return the first keys in the order; of several conditions on the number each is looked for by itself."""
    rows = search.rows.order_by().annotate(place=search.order.place())
    if place is not None:
        rows = rows.filter(_behind(place, search.order))
    sign = "-" if search.order.descending else ""
    order = (f"{sign}place", f"{sign}pk")
    parts = [rows.filter(number) for number in search.numbers] or [rows]
    cut = [part.order_by(*order).values_list("place", "pk", "started_at")[:size] for part in parts]
    together = cut[0] if len(cut) == 1 else cut[0].union(*cut[1:]).order_by(*order)[:size]
    return [Key(*values) for values in together]


def _behind(place: Place, order: Order) -> Q:
    comparison = "lt" if order.descending else "gt"
    if place.key is None:
        # A stretch holds its first moment, and not its last.
        return Q(place__lt=place.value) if order.descending else Q(place__gte=place.value)
    # The first condition lets an index find the place; the others break its ties.
    return Q(**{f"place__{comparison}e": place.value}) & (
        Q(**{f"place__{comparison}": place.value}) | Q(**{f"pk__{comparison}": place.key})
    )


def records_of(rows: QuerySet[Any], page: CallPage) -> list[Any]:
    """Read the records of a page, in its order."""
    found = {record.pk: record for record in rows.filter(within(page))}
    return [found[key.pk] for key in page.keys if key.pk in found]


def within(page: CallPage) -> Q:
    """Return the condition of the records of a page; by their times it is known in which partitions they are."""
    times = [key.started_at for key in page.keys]
    if not times:
        return Q(pk__in=[])
    return Q(pk__in=[key.pk for key in page.keys], started_at__gte=min(times), started_at__lte=max(times))
