"""The prices that the rules ask for: the book that calls are rated from, with every carrier's deck beside it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from billing.authorization.rules.values import Price
from billing.rating.price_book import DeckIndex, PriceBook, PricedTariff
from billing.tariffs.loader import CurrentTariffs


@dataclass(frozen=True, slots=True)
class GatewayProvider:
    """The provider behind a gateway, with what it takes per minute where neither deck nor tariff names a price."""

    id: UUID
    cost_per_minute: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class PriceQuery:
    """What of a call decides its price; `number` is the key of the called number, or nothing."""

    number: str
    at: datetime
    origin: str = ""
    plan_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """A provider's price, None where its deck blocks the destination.

    `is_own` tells whether the provider names the price itself, by deck or per minute, rather than the tariff.
    """

    price: Price | None
    is_own: bool


@dataclass(frozen=True, slots=True)
class PriceSet:
    """The prices of one moment. No method reads the database."""

    book: PriceBook = field(default_factory=PriceBook)
    decks: Mapping[UUID, DeckIndex] = field(default_factory=dict)

    def tariff(self, query: PriceQuery) -> PricedTariff | None:
        """Return the tariff that the customer pays by, or None where nobody priced the number."""
        return self.book.match(query.number, query.at, query.origin, query.plan_id) if query.number else None

    def tariffs_within(self, query: PriceQuery, span: tuple[datetime, datetime]) -> list[PricedTariff]:
        """Return the tariffs by which the customer may pay where the call is answered within a span."""
        if not query.number:
            return []
        return self.book.matches_within(query.number, span, query.origin, query.plan_id)

    def quote(self, query: PriceQuery, tariff: PricedTariff, provider: GatewayProvider) -> Quote:
        """Return what a provider takes: by its deck, else the tariff's own cost, else its cost per minute."""
        deck = self.decks.get(provider.id)
        line = None if deck is None else deck.match(query.number, query.at, query.origin)
        if line is not None:
            return Quote(None if line.is_blocked else Price(line.rate, line.currency), is_own=True)
        # A carrier with a deck that leaves the number out has no price of its own for it.
        has_no_deck = deck is None or deck.is_empty
        if tariff.buy is not None:
            return Quote(Price(tariff.buy, tariff.currency), has_no_deck)
        price = Price(tariff.cadence.rate(provider.cost_per_minute), provider.currency)
        # Nobody carries calls for nothing: a cost of zero is one that nobody entered.
        return Quote(price, has_no_deck and provider.cost_per_minute > 0)


@dataclass(slots=True)
class PriceSetLoader:
    """Reads price sets from the database, each time only what changed since the last time."""

    _current: CurrentTariffs = field(default_factory=CurrentTariffs)

    def load(self, providers: Collection[UUID]) -> PriceSet:
        """Return the prices as of now, with the decks of these providers."""
        book = self._current.index()
        return PriceSet(book, {provider: self._current.deck_of(provider) for provider in providers})
