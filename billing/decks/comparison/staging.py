"""What a deck says beside what there is, in and out of the database in bulk."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from billing.decks.comparison.comparing import PlannedRate, PresentRate, RateKey
from billing.decks.rows.lines import DeckRate
from billing.models import BuyRate, Deck, DeckRow
from routing.models import Provider

PIECE = 20_000
NULL = r"\N"


class StagedRow(NamedTuple):
    """A line of a deck that is about to be copied into DeckRow, as what its columns are read from."""

    deck_id: UUID
    item: PlannedRate
    sold_for: Decimal | None

    @property
    def begins(self) -> str | None:
        """Return the moment at which it begins, or None for that of the activation."""
        return self.item.begins.isoformat() if self.item.begins else None

    @property
    def ends(self) -> str | None:
        """Return the first moment at which it does not hold, or None where it lasts."""
        return self.item.ends.isoformat() if self.item.ends else None

    @property
    def window_id(self) -> str | None:
        """Return the time window that it is for, or None for all hours."""
        return self.item.key.hours or None


# Column of DeckRow -> where its value stands in a StagedRow.
COLUMNS: Mapping[str, str] = {
    "deck_id": "deck_id",
    "row": "item.row",
    "change": "item.change",
    "matches": "item.key.matches",
    "pattern": "item.key.pattern",
    "origin_prefix": "item.key.origin_prefix",
    "window_id": "window_id",
    "name": "item.name",
    "old_price": "item.old_price",
    **{name: f"item.rate.{name}" for name in DeckRate._fields},
    "begins": "begins",
    "ends": "ends",
    "sold_for": "sold_for",
}
_values_of: Callable[[StagedRow], tuple[Any, ...]] = attrgetter(*COLUMNS.values())
_COPY = f"COPY {DeckRow._meta.db_table} ({', '.join(COLUMNS)}) FROM STDIN"


def present_rates(provider: Provider, now: datetime) -> dict[RateKey, list[PresentRate]]:
    """Return the rates of a provider that hold now or will, by prefix, origin and time window."""
    found: dict[RateKey, list[PresentRate]] = defaultdict(list)
    rows = BuyRate.objects.filter(provider=provider).exclude(effective_until__lte=now).order_by()
    key_fields = ("pattern", "origin_prefix", "window", "matches")
    fields = (*key_fields, "effective_from", "effective_until", "name", *DeckRate._fields)
    for pattern, origin, window, matches, since, until, name, *rate in rows.values_list(*fields).iterator(PIECE):
        if until is None or until > since:
            key = RateKey(pattern, origin, str(window or ""), matches)
            found[key].append(PresentRate(since, until, DeckRate(*rate), name))
    return found


def stage(
    deck: Deck,
    planned: Sequence[PlannedRate],
    sold_for: Callable[[PlannedRate], Decimal | None],
    progress: Callable[[int, int], None],
) -> int:
    """Write the lines of a deck, in place of what was there; return how many would be sold below their cost."""
    DeckRow.objects.filter(deck=deck).delete()
    below = 0
    for start in range(0, len(planned), PIECE):
        piece = [(item, sold_for(item)) for item in planned[start : start + PIECE]]
        below += sum(sold is not None for _item, sold in piece)
        with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            copy.write("".join(_line(StagedRow(deck.pk, item, sold)) for item, sold in piece))
        progress(min(start + PIECE, len(planned)), len(planned))
    return below


def _line(row: StagedRow) -> str:
    r"""Return a row as COPY reads it from text: columns between tabs, NULL as \N.

    A whole piece goes to the server as one text, which is faster than rows whose values are adapted one by one. Names
    hold neither tabs nor backslashes, which would have to be escaped: the reading of the list took them out.
    """
    return "\t".join([NULL if value is None else str(value) for value in _values_of(row)]) + "\n"
