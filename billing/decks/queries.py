"""Reads of decks."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from billing.models import Deck, DeckChange, DeckRow

# The lists of a dry run; `below` goes across the others.
LISTS: dict[str, Any] = {**dict(DeckChange.choices), "below": _("Sold below cost")}


def rows_of(deck: Deck, name: str, *, after: str, size: int) -> tuple[list[DeckRow], str]:
    """Return a part of a list of a deck's lines, and from where the next part goes on: empty at the end."""
    rows = DeckRow.objects.filter(deck=deck).select_related("deck").order_by("id")
    if name == "below":
        rows = rows.filter(sold_for__isnull=False)
    elif name in DeckChange.values:
        rows = rows.filter(change=name)
    if after.isdigit():
        rows = rows.filter(pk__gt=int(after))
    found = list(rows[: size + 1])
    return found[:size], str(found[size - 1].pk) if len(found) > size else ""
