"""Trying a deck: what it is refused for, what is asked about it, and that nothing of it counts until it is clear."""

from collections.abc import Sequence
from typing import Any

import pytest

from billing.decks import services
from billing.decks.comparison.preview import read_deck
from billing.decks.questions import DeckRefused, message_of
from billing.models import BuyRate, Deck, DeckStatus
from routing.models import Provider
from tests.billing.decks.samples import workbook

# Code, row and column.
Place = tuple[str, int, str]


def dry_run(carrier: Provider, content: bytes | str, *, is_full: bool = True, currency: str = "BRL") -> Deck:
    deck = services.upload_deck(
        provider=carrier, file_name="rates", content=content.encode() if isinstance(content, str) else content,
        currency=currency, is_full=is_full, actor="ana",
    )  # fmt: skip
    read_deck(deck)
    deck.refresh_from_db()
    return deck


def all_rates() -> list[Any]:
    return list(BuyRate.objects.order_by("pk").values())


def places(deck: Deck, kind: str) -> list[Place]:
    found = deck.summary.get(kind, [])
    assert all("%(" not in str(message_of(place)) for place in found)
    return [(place["code"], place["row"], place["column"]) for place in found]


def refused(carrier: Provider, content: bytes | str, **options: Any) -> list[Place]:
    """Return what a deck is refused for, having seen that nothing of it counts or can be made to."""
    return _held(carrier, content, DeckStatus.REFUSED, "faults", options)


def asked(carrier: Provider, content: bytes | str, **options: Any) -> list[Place]:
    """Return what is asked about a deck, having seen that nothing of it counts or can be made to."""
    return _held(carrier, content, DeckStatus.ASKING, "questions", options)


def _held(carrier: Provider, content: bytes | str, status: str, kind: str, options: dict[str, Any]) -> list[Place]:
    before = all_rates()
    deck = dry_run(carrier, content, **options)
    assert deck.status == status, deck.summary
    with pytest.raises(DeckRefused):
        services.activate_deck(deck=deck, actor="ana")
    assert all_rates() == before
    return places(deck, kind)


def lines(carrier: Provider, content: bytes | str, **options: Any) -> dict[str, str]:
    """Return the prices of a deck that is ready, by prefix."""
    deck = dry_run(carrier, content, **options)
    assert deck.status == DeckStatus.READY, deck.summary
    return {row.pattern: f"{row.price_per_minute.normalize():f}" for row in deck.rows.exclude(change="gone")}


def sheet(*rows: Sequence[Any]) -> bytes:
    return workbook([["Prefix", "Price", "Effective", "Billing"], *rows])
