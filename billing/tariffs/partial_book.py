"""The part of the price book under which a few numbers can fall, for a process that keeps no decks in memory."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from billing.models import BuyRate, RatePlan, Tariff
from billing.models.plan import PriceVersion
from billing.models.windows import load_windows
from billing.rating.key_patterns import CODE_SIGN, Matches
from billing.rating.longest_match import TariffIndex
from billing.rating.price_book import BuyPrice, DeckIndex, PriceBook
from billing.rating.time_windows import Window
from billing.tariffs.loader import buy_price, priced_tariff
from voipadmin.core.runtime.caches import VersionedCache

PATTERN_SIGN = "_"


class PartialPrices:
    """Makes books that price given numbers as the whole one would, without reading the decks.

    1. A prefix under which a key falls is the beginning of it: such rows are looked up by the index of each provider.
    2. Asterisk patterns are few: those of a provider are read once, and again when its deck changed.
    """

    def __init__(self) -> None:
        self._patterns: VersionedCache[list[Any]] = VersionedCache()

    def book_for(self, keys: Collection[str], providers: Collection[UUID], since: datetime) -> PriceBook:
        """Return a book that prices calls to `keys` by these providers that were answered at `since` or later."""
        versions = dict(PriceVersion.objects.values_list("part", "version"))
        windows = load_windows()
        wanted = _beginning(keys) & _in_force(since)
        sold = [*Tariff.objects.filter(wanted), *self._tariff_patterns(versions.get("tariffs"))]
        decks: dict[UUID, list[BuyPrice]] = {provider: [] for provider in providers}
        for row in BuyRate.objects.filter(wanted, provider__in=providers):
            decks[row.provider_id].append(buy_price(row, windows))
        for provider, prices in decks.items():
            rows = self._deck_patterns(provider, versions.get(f"deck:{provider}"))
            prices += [buy_price(row, windows) for row in rows]
        return _book(sold, decks, windows)

    def _tariff_patterns(self, version: Any) -> list[Any]:
        return self._patterns.get_or_make(
            "tariffs", version, lambda: list(Tariff.objects.filter(pattern__startswith=PATTERN_SIGN))
        )

    def _deck_patterns(self, provider: UUID, version: Any) -> list[Any]:
        rows = BuyRate.objects.filter(provider=provider, pattern__startswith=PATTERN_SIGN)
        return self._patterns.get_or_make(provider, version, lambda: list(rows))


def _book(sold: Iterable[Tariff], decks: dict[UUID, list[BuyPrice]], windows: dict[UUID, Window]) -> PriceBook:
    indexes: dict[UUID, DeckIndex] = {provider: TariffIndex(prices) for provider, prices in decks.items()}
    return PriceBook(
        [priced_tariff(row, windows) for row in sold],
        strict_plans=set(RatePlan.objects.filter(falls_back=False).values_list("pk", flat=True)),
        deck_of=lambda provider: indexes[provider],
    )


def _beginning(keys: Collection[str]) -> Q:
    """Return the condition that a row's prefix is the beginning of one of the keys, or of the code in it."""
    numbers = {key[:length] for key in keys for length in range(1, len(key) + 1)}
    # A code is written with the 0 in front of its key or without.
    codes = {key.removeprefix(CODE_SIGN) for key in keys if key.startswith(CODE_SIGN)}
    starts = {code[:length] for code in codes for length in range(1, len(code) + 1)}
    return Q(matches=Matches.NUMBER, pattern__in=numbers) | Q(matches=Matches.CODE, pattern__in=starts | numbers)


def _in_force(since: datetime) -> Q:
    """Return the condition that a row holds at `since` or later; it names what the index leaves out."""
    return Q(effective_until=None) | Q(effective_until__gt=since) & Q(effective_until__gt=F("effective_from"))
