"""Calls rated per second on one core, beside a bare loop of dictionaries and Decimal."""

import os
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import ceil
from statistics import median
from uuid import uuid4

from bench.figure import Figure
from billing.call_rating import CallFacts, price_call
from billing.price_book import Cadence, PriceBook, PricedTariff

TARIFFS = 5_000
CALLS = int(os.environ.get("BENCH_RATED_CALLS", "50000"))
ROUNDS = 3
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CENT = Decimal("0.0001")


def measure() -> Iterator[Figure]:
    """Yield the figure."""
    yield rated_calls()


def per_second(work: Callable[[], int]) -> float:
    """Return how many things a second `work` does; it returns how many it did."""
    began = time.perf_counter()
    done = work()
    return done / (time.perf_counter() - began)


def numbers(count: int) -> list[tuple[str, Decimal]]:
    """Return called numbers with seconds, the same ones each time."""
    drawn = random.Random(1)  # noqa: S311 - repeatable numbers, not secrets
    return [
        (f"55{drawn.randrange(1000, 6000)}{drawn.randrange(10**7):07d}", Decimal(drawn.randrange(1, 600_000)) / 1000)
        for _ in range(count)
    ]


def rated_calls() -> Figure:
    """Price calls by the longest of 5,000 prefixes, sell and buy side, with every rule of a tariff."""
    cadence = Cadence(30, 6, 3, "half_up", 4)
    sell, buy = cadence.rate(Decimal("0.08")), cadence.rate(Decimal("0.03"))
    prefixes = ["55", *(f"55{code}" for code in range(1000, 1000 + TARIFFS))]
    since = NOW - timedelta(days=30)
    index = PriceBook(
        PricedTariff(uuid4(), prefix, since, None, "BRL", cadence, sell, buy, str(sell)) for prefix in prefixes
    )
    sample = numbers(CALLS)
    calls = [CallFacts("outbound", (number,), NOW, seconds, None) for number, seconds in sample]
    table = {prefix: (Decimal("0.08"), Decimal("0.03")) for prefix in prefixes}

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
        details={"calls": CALLS, "tariffs": len(prefixes), "rounds": ROUNDS},
    )


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
