"""The prices of the database as the book that calls are priced from."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from billing.models import BuyRate, RatePlan, Tariff
from billing.models.plan import PriceVersion
from billing.models.windows import load_windows
from billing.rating.calls import CallFacts, PricedCall, price_call
from billing.rating.durations import Rate
from billing.rating.longest_match import TariffIndex
from billing.rating.price_book import (
    DECK_DECIMALS,
    DECK_ROUNDING,
    BuyPrice,
    Cadence,
    DeckIndex,
    PriceBook,
    PricedTariff,
)
from billing.rating.time_windows import Window
from voipadmin.core.runtime.caches import VersionedCache

if TYPE_CHECKING:
    from billing.rating.bulk.calls import BulkPrices

Windows = dict[UUID, Window]
# From so many calls on it pays to prepare the book for arrays.
MANY_CALLS = 500


def priced_tariff(tariff: Tariff, windows: Windows | None = None) -> PricedTariff:
    """Return what `tariff` says, frozen."""
    cadence = Cadence(
        tariff.initial_block_seconds,
        tariff.increment_seconds,
        tariff.free_seconds,
        tariff.rounding,
        tariff.decimals,
    )
    sell = sell_rate(tariff, cadence)
    return PricedTariff(
        id=tariff.pk,
        pattern=tariff.pattern,
        effective_from=tariff.effective_from,
        effective_until=tariff.effective_until,
        currency=tariff.currency,
        cadence=cadence,
        sell=sell,
        buy=None if tariff.cost_per_minute is None else cadence.rate(tariff.cost_per_minute),
        sell_text=str(sell),
        plan_id=tariff.plan_id,
        origin_prefix=tariff.origin_prefix,
        window=_window(tariff.window_id, windows),
        matches=tariff.matches,
    )


def sell_rate(tariff: Tariff, cadence: Cadence) -> Rate:
    """Return how `tariff` charges: by its bands where it has them, else by price, block and increment."""
    fees = {"connect_fee": tariff.connect_fee, "minimum_charge": tariff.minimum_charge}
    return cadence.rate(tariff.price_per_minute, tariff.bands, **fees)


def _window(key: UUID | None, windows: Windows | None) -> Window | None:
    """Return the window of that key; one that was added since `windows` was read is read now."""
    if key is None:
        return None
    known = {} if windows is None else windows
    if key not in known:
        known.update(load_windows())
    return known[key]


def buy_price(rate: BuyRate, windows: Windows | None = None) -> BuyPrice:
    """Return what a line of a deck says, frozen."""
    counted = (rate.initial_block_seconds, rate.increment_seconds, rate.free_seconds)
    return BuyPrice(
        id=rate.pk,
        pattern=rate.pattern,
        effective_from=rate.effective_from,
        effective_until=rate.effective_until,
        currency=rate.currency,
        cadence=Cadence(*counted, DECK_ROUNDING, DECK_DECIMALS),
        per_minute=rate.price_per_minute,
        connect_fee=rate.connect_fee,
        minimum_charge=rate.minimum_charge,
        is_blocked=rate.is_blocked,
        origin_prefix=rate.origin_prefix,
        window=_window(rate.window_id, windows),
        bands=rate.bands,
        matches=rate.matches,
    )


def load_deck(provider_id: UUID, windows: Windows | None = None) -> DeckIndex:
    """Read what a provider charges, and charged: a call costs what was in force when it was answered."""
    known = load_windows() if windows is None else windows
    rows: Iterable[BuyRate] = BuyRate.objects.filter(provider=provider_id).order_by("pk").iterator(5_000)
    return TariffIndex(buy_price(row, known) for row in rows)


def load_tariffs() -> PriceBook:
    """Read all prices, ended ones too: a call is priced by what was in force when it was answered."""
    return CurrentTariffs().index()


class CurrentTariffs:
    """The book, each part of it read again when something in it was added, changed or removed.

    Decks are read when the first call by their provider is priced. A customer's plan is a fact of a call, and not kept.
    """

    def __init__(self) -> None:
        self._versions: dict[str, Any] = {}
        self._seen: tuple[Any, ...] | None = None
        self._book = PriceBook()
        self._windows: dict[UUID, Window] = {}
        self._decks: VersionedCache[DeckIndex] = VersionedCache()
        self._bulk: BulkPrices | None = None

    def price_calls(self, calls: Sequence[CallFacts]) -> list[PricedCall]:
        """Price calls by the book as of now: over arrays where they are many."""
        book = self.index()
        if len(calls) < MANY_CALLS:
            return [price_call(call, book) for call in calls]
        return self._bulk_of(book).price_calls(calls)

    def _bulk_of(self, book: PriceBook) -> "BulkPrices":
        # Only here: numpy is a tenth of a second and 25 MB to each process that never has many calls at once.
        from billing.rating.bulk.calls import BulkPrices  # noqa: PLC0415

        if self._bulk is None or self._bulk.book is not book:
            self._bulk = BulkPrices(book)
        return self._bulk

    def index(self) -> PriceBook:
        """Return the book as of now."""
        self._versions = dict(PriceVersion.objects.values_list("part", "version"))
        seen = (self._versions.get("tariffs"), self._versions.get("windows"))
        if seen != self._seen:
            self._windows = load_windows()
            tariffs = [priced_tariff(tariff, self._windows) for tariff in Tariff.objects.order_by("pk")]
            strict = RatePlan.objects.filter(falls_back=False).values_list("pk", flat=True)
            self._book = PriceBook(tariffs, strict_plans=set(strict), deck_of=self.deck_of)
            self._seen = seen
        return self._book

    def deck_of(self, provider_id: UUID) -> DeckIndex:
        """Return a provider's deck as of the last `index`."""
        version = (self._versions.get(f"deck:{provider_id}"), self._versions.get("windows"))
        return self._decks.get_or_make(provider_id, version, lambda: load_deck(provider_id, self._windows))
