"""The rates of one row: its plain price, and those of other hours and other kinds of numbers; pure."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from billing.decks.columns.roles import HOURS, KINDS, PER_CALL
from billing.decks.rows.lines import DeckRate
from billing.rating.durations import Band, Rate, parse_bands, rate_duration

ZERO = Decimal(0)
MINUTE = 60
EXACT_DECIMALS = 6
Values = Mapping[str, Any]


class RowRate(NamedTuple):
    """A rate of a row; `hours` is empty, `off_peak` or `weekend`, `kind` is empty or one of KINDS."""

    hours: str
    kind: str
    rate: DeckRate


class _Prices(NamedTuple):
    """Prices of a minute, in the first block and after it."""

    first: Decimal
    following: Decimal


def rates_of(values: Values, *, is_blocked: bool = False) -> list[RowRate]:
    """Return the rates of a row by its values; none where it names no price at all."""
    return list(_rates(values, is_blocked=is_blocked))


def _rates(values: Values, *, is_blocked: bool) -> Iterator[RowRate]:
    for hours in ("", *HOURS):
        prices = _prices(values, hours)
        if prices is not None:
            yield RowRate(hours, "", _rate(values, hours, prices, is_blocked=is_blocked))
    for kind in KINDS:
        price = values.get(f"{kind}_price")
        if price is not None:
            yield RowRate("", kind, _rate(values, "", _Prices(price, price), is_blocked=is_blocked))


def unpriced_rate(values: Values, *, is_blocked: bool) -> DeckRate:
    """Return the rate of a row that needs no price: it is blocked, or taken out."""
    return _rate(values, "", _Prices(ZERO, ZERO), is_blocked=is_blocked)


def dearer(one: DeckRate, other: DeckRate) -> DeckRate:
    """Return a rate that is at every second as dear as the dearer of two that differ by their hours."""
    both = (_prices_of(one), _prices_of(other))
    prices = _Prices(max(one.first for one in both), max(one.following for one in both))
    return _with_prices(one, prices)


def _prices(values: Values, hours: str) -> _Prices | None:
    lead = f"{hours}_" if hours else ""
    plain, first, following = (values.get(f"{lead}{name}") for name in ("price", "price_first", "price_next"))
    found = [price for price in (first, plain, following) if price is not None]
    if not found:
        return None
    last = next((price for price in (following, plain, first) if price is not None), ZERO)
    return _Prices(found[0], last)


def _rate(values: Values, hours: str, prices: _Prices, *, is_blocked: bool) -> DeckRate:
    initial, increment, free = _counted(values, hours)
    more = values.get("minute_surcharge") or ZERO
    plain = DeckRate(
        ZERO,
        sum((values.get(name) or ZERO for name in PER_CALL), ZERO),
        values.get("minimum_charge") or ZERO,
        initial,
        increment,
        free,
        is_blocked,
    )
    return _with_prices(plain, _Prices(prices.first + more, prices.following + more))


def _counted(values: Values, hours: str) -> tuple[int, int, int]:
    """Return initial block, increment and free seconds; hours without blocks of their own have those of all."""
    lead = f"{hours}_" if hours else ""
    blocks = values.get(f"{lead}blocks") or (values.get("blocks") if hours else None) or (None, None, None)
    initial, increment = (
        values.get(f"{lead}{name}") or (values.get(name) if hours else None) for name in ("initial", "increment")
    )
    step = increment or blocks[1] or 1
    first = initial or blocks[0] or step
    free = values.get("free")
    return first, step, (blocks[2] or 0) if free is None else free


def _with_prices(rate: DeckRate, prices: _Prices) -> DeckRate:
    """Return a rate at these prices: by bands where the first block has a price of its own."""
    if prices.first == prices.following:
        return rate._replace(price_per_minute=prices.first, bands="")
    bands = (
        Band(0, prices.first, MINUTE, rate.initial_block_seconds),
        Band(rate.initial_block_seconds, prices.following, MINUTE, rate.increment_seconds),
    )
    price = rate_duration(Rate(bands, decimals=EXACT_DECIMALS), MINUTE).amount
    return rate._replace(price_per_minute=price, bands=" ".join(map(str, bands)))


def _prices_of(rate: DeckRate) -> _Prices:
    """Return the prices of a rate that was made here."""
    if not rate.bands:
        return _Prices(rate.price_per_minute, rate.price_per_minute)
    first, following = parse_bands(rate.bands)
    return _Prices(first.rate, following.rate)
