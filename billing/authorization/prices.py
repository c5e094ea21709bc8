"""What the rules ask of the price lists: the only place that knows how tariffs are kept."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from billing.authorization.terms import Price
from billing.price_book import PriceBook, PricedTariff
from billing.tariff_loader import CurrentTariffs


@dataclass(frozen=True, slots=True)
class Destination:
    """What a call to a number sells for, and what it costs where the carrier names nothing."""

    tariff: PricedTariff

    @property
    def sells(self) -> Price:
        """What the customer pays."""
        return Price(self.tariff.sell, self.tariff.currency)

    def costs(self, provider: "ProviderTerms") -> Price:
        """What a provider takes: the tariff's own cost, else that provider's cost per minute, counted alike."""
        if self.tariff.buy is not None:
            return Price(self.tariff.buy, self.tariff.currency)
        return Price(self.tariff.cadence.rate(provider.cost_per_minute), provider.currency)


@dataclass(frozen=True, slots=True)
class ProviderTerms:
    """Who is behind a gateway."""

    id: UUID
    cost_per_minute: Decimal
    currency: str


@dataclass(slots=True)
class Prices:
    """The price lists, kept in memory between two `refresh`."""

    _current: CurrentTariffs = field(default_factory=CurrentTariffs)
    _index: PriceBook = field(default_factory=PriceBook)

    def refresh(self) -> None:
        """Read what changed."""
        self._index = self._current.index()

    def of(self, number: str, at: datetime) -> Destination | None:
        """Return what a number costs, or None where nobody priced it."""
        tariff = self._index.match(number, at)
        return None if tariff is None else Destination(tariff)
