"""Calls rated per second on one core, one by one and over arrays, beside a bare loop of dictionaries and Decimal."""

import os
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import ceil
from statistics import median
from uuid import uuid4

import numpy as np

from billing.rating.bulk.charges import RateTable
from billing.rating.bulk.matching import NOTHING, BulkIndex, microseconds_of
from billing.rating.bulk.numbers import Ints, Texts, as_texts
from billing.rating.calls import CallFacts, price_call
from billing.rating.durations import rate_duration
from billing.rating.longest_match import TariffIndex
from billing.rating.price_book import Cadence, PriceBook, PricedTariff
from tests.bench.figure import Figure
from tests.billing.rating_oracles import started_seconds

CALLS = int(os.environ.get("BENCH_RATED_CALLS", "50000"))
BULK_CALLS = int(os.environ.get("BENCH_BULK_RATED_CALLS", "1000000"))
ROUNDS = 3
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CENT = Decimal("0.0001")
# Mobile numbers of Brazil begin so: area, 9, two digits.
AREAS = [11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 24, 27, 28, 31, 32, 33, 34, 35, 37, 38, 41, 42, 43, 44, 45, 46, 47,
         48, 49, 51, 53, 54, 55, 61, 62, 63, 64, 65, 66, 67, 68, 69, 71, 73, 74, 75, 77, 79, 81]  # fmt: skip
MOBILES = [f"55{area}9{digits:02d}" for area in AREAS for digits in range(100)]
PREFIXES = ["55", *MOBILES]


def measure() -> Iterator[Figure]:
    """Yield the figures."""
    yield rated_calls()
    yield bulk_rated_calls()


def per_second(work: Callable[[], int]) -> float:
    """Return how many things a second `work` does; it returns how many it did."""
    began = time.perf_counter()
    done = work()
    return done / (time.perf_counter() - began)


def numbers(count: int) -> list[tuple[str, Decimal]]:
    """Return called numbers with seconds, the same ones each time."""
    drawn = random.Random(1)  # noqa: S311 - repeatable numbers, not secrets
    return [
        (f"{drawn.choice(MOBILES)}{drawn.randrange(10**6):06d}", Decimal(drawn.randrange(1, 600_000)) / 1000)
        for _ in range(count)
    ]


def rated_calls() -> Figure:
    """Price calls by the longest of 5,000 prefixes, sell and buy side, with every rule of a tariff."""
    index = PriceBook(tariffs())
    sample = numbers(CALLS)
    calls = [CallFacts("outbound", number, NOW, seconds, None) for number, seconds in sample]
    table = {prefix: (Decimal("0.08"), Decimal("0.03")) for prefix in PREFIXES}

    def rate() -> int:
        return sum(price_call(call, index).price is not None for call in calls)

    values, yardsticks = rounds(rate, lambda: sum(plain_price(table, *call) is not None for call in sample))
    return Figure(
        name="rated_calls",
        value=round(median(values)),
        unit="calls/s on one core",
        yardstick=round(median(yardsticks)),
        yardstick_name="dictionary and Decimal: longest prefix, whole seconds, price and cost",
        wanted="tens of thousands",
        details={"calls": CALLS, "tariffs": len(PREFIXES), "rounds": ROUNDS},
    )


def tariffs() -> list[PricedTariff]:
    """Return a tariff for each prefix, with every rule that there is: two bands, fee, free seconds, minimum, dates."""
    cadence = Cadence(30, 6, 3, "half_up", 4)
    fee = Decimal("0.01")
    sell = cadence.rate(Decimal("0.08"), connect_fee=fee, minimum_charge=fee * 3)
    buy = cadence.rate(Decimal("0.03"))
    since = NOW - timedelta(days=30)
    return [PricedTariff(uuid4(), prefix, since, None, "BRL", cadence, sell, buy, str(sell)) for prefix in PREFIXES]


def bulk_rated_calls() -> Figure:
    """Find tariff, price and cost of calls that are arrays in memory; the yardstick does the least for each of them."""
    index = BulkIndex(TariffIndex(tariffs()))
    sells = RateTable([tariff.sell for tariff in index.tariffs])
    buys = RateTable([tariff.buy or tariff.sell for tariff in index.tariffs])
    sample = numbers(BULK_CALLS)
    called = as_texts([number for number, _ in sample])
    lengths = np.array([int(seconds * 1_000_000) for _, seconds in sample], dtype=np.int64)
    at = np.full(BULK_CALLS, microseconds_of(NOW), dtype=np.int64)
    origins = np.zeros(BULK_CALLS, dtype=np.int64)
    table = {prefix: (Decimal("0.08"), Decimal("0.03")) for prefix in PREFIXES}

    def rate() -> int:
        which = index.match(called, at, origins)
        seconds = started_seconds(lengths)
        prices, costs = sells.charge(which, seconds), buys.charge(which, seconds)
        assert not prices.exact
        assert not costs.exact
        return int(np.count_nonzero((which != NOTHING) & (prices.units >= 0) & (costs.units >= 0)))

    check_some(index, sells, called, at, lengths)
    plain = sample[:CALLS]
    values, yardsticks = rounds(rate, lambda: sum(plain_price(table, *call) is not None for call in plain))
    return Figure(
        name="bulk_rated_calls",
        value=round(median(values)),
        unit="calls/s on one core",
        yardstick=round(median(yardsticks)),
        yardstick_name="dictionary and Decimal: longest prefix, whole seconds, price and cost",
        wanted="1,500,000, and 10 times the yardstick",
        details={"calls": BULK_CALLS, "yardstick_calls": CALLS, "tariffs": len(PREFIXES), "rounds": ROUNDS},
    )


def check_some(index: BulkIndex[PricedTariff], sells: RateTable, called: Texts, at: Ints, lengths: Ints) -> None:
    """Compare a thousand of the calls with their prices one by one: a fast wrong answer is worth nothing."""
    which = index.match(called[:1000], at[:1000], np.zeros(1000, dtype=np.int64))
    amounts = sells.charge(which, started_seconds(lengths[:1000])).amounts()
    for position, amount, length in zip(which.tolist(), amounts, lengths.tolist(), strict=False):
        assert amount == rate_duration(index.tariffs[position].sell, Decimal(length) / 1_000_000).amount


def plain_price(table: dict[str, tuple[Decimal, Decimal]], number: str, seconds: Decimal) -> Decimal | None:
    """Do the least that rating could be: no dates, patterns, blocks, fees or exactness."""
    for length in range(len(number), 0, -1):
        found = table.get(number[:length])
        if found:
            price, cost = ((per_minute * ceil(seconds) / 60).quantize(CENT, ROUND_HALF_UP) for per_minute in found)
            return price - cost
    return None


def rounds(subject: Callable[[], int], yardstick: Callable[[], int]) -> tuple[list[float], list[float]]:
    """Measure both in turn, so that what else the machine does falls on both."""
    pairs = [(per_second(subject), per_second(yardstick)) for _ in range(ROUNDS)]
    return [value for value, _ in pairs], [value for _, value in pairs]
