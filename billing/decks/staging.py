"""What a deck says beside what there is, in and out of the database in bulk."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import connection

from billing.decks.comparing import Key, Planned, Present
from billing.decks.lines import DeckRate
from billing.models import BuyRate, Deck, DeckRow
from routing.models import Provider

PIECE = 20_000
COLUMNS = (
    "deck_id", "row", "change", "pattern", "origin_prefix", "name", "old_price", "price_per_minute", "connect_fee",
    "minimum_charge", "initial_block_seconds", "increment_seconds", "free_seconds", "is_blocked", "begins", "sold_for",
)  # fmt: skip
_COPY = f"COPY {DeckRow._meta.db_table} ({', '.join(COLUMNS)}) FROM STDIN"
_RATE_COLUMNS = (
    "price_per_minute", "connect_fee", "minimum_charge", "initial_block_seconds", "increment_seconds", "free_seconds",
    "is_blocked",
)  # fmt: skip


def present_rates(provider: Provider, now: datetime) -> dict[Key, list[Present]]:
    """Return the rates of a provider that hold now or will, those without a time window, by prefix and origin."""
    found: dict[Key, list[Present]] = defaultdict(list)
    rows = BuyRate.objects.filter(provider=provider, window=None).exclude(effective_until__lte=now).order_by()
    fields = ("pattern", "origin_prefix", "effective_from", "effective_until", "name", *_RATE_COLUMNS)
    for pattern, origin, since, until, name, *rate in rows.values_list(*fields).iterator(PIECE):
        if until is None or until > since:
            found[pattern, origin].append(Present(since, until, DeckRate(*rate), name))
    return found


def stage(
    deck: Deck,
    planned: Sequence[Planned],
    sold_for: Callable[[Planned], Decimal | None],
    progress: Callable[[int, int], None],
) -> int:
    """Write the lines of a deck, in place of what was there; return how many would be sold below their cost."""
    DeckRow.objects.filter(deck=deck).delete()
    below = 0
    for start in range(0, len(planned), PIECE):
        piece = [(item, sold_for(item)) for item in planned[start : start + PIECE]]
        below += sum(sold is not None for _item, sold in piece)
        with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            copy.write("".join(_line(deck, item, sold) for item, sold in piece))
        progress(min(start + PIECE, len(planned)), len(planned))
    return below


def _line(deck: Deck, item: Planned, sold: Decimal | None) -> str:
    """Write one row as COPY reads it: names hold neither tabs nor backslashes, which reading took out."""
    pattern, origin = item.key
    rate = item.rate
    return (
        f"{deck.pk}\t{item.row}\t{item.change}\t{pattern}\t{origin}\t{item.name}\t"
        f"{_null(item.old_price)}\t{rate.price}\t{rate.connect_fee}\t{rate.minimum_charge}\t{rate.initial}\t"
        f"{rate.increment}\t{rate.free}\t{rate.is_blocked}\t"
        f"{item.begins.isoformat() if item.begins else NULL}\t{_null(sold)}\n"
    )


NULL = r"\N"


def _null(value: Decimal | None) -> str:
    return NULL if value is None else str(value)
