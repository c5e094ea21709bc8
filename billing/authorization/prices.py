"""What the rules ask of the price lists: the book that calls are rated from, with every carrier's deck beside it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from billing.authorization.terms import Price
from billing.rating.price_book import BuyPrice, DeckIndex, PriceBook, PricedTariff
from billing.tariffs.loader import CurrentTariffs


@dataclass(frozen=True, slots=True)
class ProviderTerms:
    """Who is behind a gateway."""

    id: UUID
    cost_per_minute: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Called:
    """What of a call decides its price; `numbers` are the called number's forms, the best one first."""

    numbers: tuple[str, ...]
    at: datetime
    origin: str = ""
    plan_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """What a provider takes, None where it says that it does not sell there; `is_own` where it names that itself."""

    price: Price | None
    is_own: bool


@dataclass(frozen=True, slots=True)
class PriceList:
    """The prices of one moment: nothing in here reads the database, whatever it is asked."""

    book: PriceBook = field(default_factory=PriceBook)
    decks: Mapping[UUID, DeckIndex] = field(default_factory=dict)

    def tariff(self, call: Called) -> PricedTariff | None:
        """Return what the customer pays, or None where nobody priced the number."""
        found = (self.book.match(number, call.at, call.origin, call.plan_id) for number in call.numbers)
        return next((tariff for tariff in found if tariff is not None), None)

    def quote(self, call: Called, tariff: PricedTariff, provider: ProviderTerms) -> Quote:
        """Return what a provider takes: by its deck, else the tariff's own cost, else its cost per minute."""
        deck = self.decks.get(provider.id)
        line = None if deck is None else _line(deck, call)
        if line is not None:
            return Quote(None if line.is_blocked else Price(line.rate, line.currency), is_own=True)
        # A carrier with a deck that leaves the number out has no price of its own for it.
        has_no_deck = deck is None or deck.is_empty
        if tariff.buy is not None:
            return Quote(Price(tariff.buy, tariff.currency), has_no_deck)
        price = Price(tariff.cadence.rate(provider.cost_per_minute), provider.currency)
        return Quote(price, has_no_deck and provider.cost_per_minute > 0)


def _line(deck: DeckIndex, call: Called) -> BuyPrice | None:
    found = (deck.match(number, call.at, call.origin) for number in call.numbers)
    return next((line for line in found if line is not None), None)


@dataclass(slots=True)
class Prices:
    """The price lists of the database; what changed since the last time is read again."""

    _current: CurrentTariffs = field(default_factory=CurrentTariffs)

    def load(self, providers: Collection[UUID]) -> PriceList:
        """Return the prices as of now, with the decks of these providers."""
        book = self._current.index()
        return PriceList(book, {provider: self._current.deck_of(provider) for provider in providers})
