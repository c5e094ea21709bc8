"""Rating over arrays is rating one by one, to the last digit."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from billing.rating.bulk.calls import BulkPrices
from billing.rating.bulk.charges import ROOM, RateTable
from billing.rating.bulk.matching import NOTHING, BulkIndex, microseconds_of
from billing.rating.bulk.numbers import as_texts, codes_of, digits_of_texts
from billing.rating.calls import CallFacts, ProviderCost, price_call
from billing.rating.durations import Band, Rate, RoundingMethod, parse_bands, rate_duration
from billing.rating.key_patterns import Matches
from billing.rating.longest_match import TariffIndex
from billing.rating.price_book import BuyPrice, Cadence, PriceBook, PricedTariff
from billing.rating.time_windows import Window
from tests.billing.rating_oracles import started_seconds
from tests.billing.test_rating import rates
from voipadmin.core.models import new_id

pytestmark = pytest.mark.slow(seconds=1)

micros = st.integers(min_value=0, max_value=100_000_000_000)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CADENCE = Cadence(30, 6, 3, "half_up", 4)
PLAN, STRICT_PLAN, PROVIDER = new_id(), new_id(), new_id()
plans = st.sampled_from([None, PLAN, STRICT_PLAN])


@given(st.lists(st.tuples(rates(), micros), min_size=1, max_size=20))
def test_many_calls_come_to_what_each_of_them_does(calls: list[tuple[Rate, int]]) -> None:
    table = RateTable([rate for rate, _ in calls])
    lengths = np.array([length for _, length in calls], dtype=np.int64)
    charges = table.charge(np.arange(len(calls)), started_seconds(lengths))
    for position, (rate, length) in enumerate(calls):
        alone = rate_duration(rate, Decimal(length) / 1_000_000)
        assert charges.at(position) == alone
        assert str(charges.amounts()[position]) == str(alone.amount)


huge = st.decimals(min_value=0, max_value=Decimal("1e18"), places=12)


@st.composite
def wild_rates(draw: st.DrawFn) -> Rate:
    starts = [0, *sorted(draw(st.sets(st.integers(min_value=1, max_value=2**40), max_size=3)))]
    widths = st.integers(min_value=1, max_value=2**40)
    return Rate(
        bands=tuple(Band(start, draw(huge), draw(widths), draw(widths)) for start in starts),
        connect_fee=draw(huge),
        free_seconds=draw(st.integers(min_value=0, max_value=2**70)),
        minimum_charge=draw(huge),
        rounding=draw(st.sampled_from(RoundingMethod)),
        decimals=draw(st.integers(min_value=0, max_value=15)),
    )


@given(st.lists(st.tuples(wild_rates() | rates(), st.integers(min_value=0, max_value=2**44)), min_size=1, max_size=9))
def test_what_does_not_fit_in_a_word_is_charged_one_by_one(calls: list[tuple[Rate, int]]) -> None:
    table = RateTable([rate for rate, _ in calls])
    charges = table.charge(np.arange(len(calls)), np.array([seconds for _, seconds in calls], dtype=np.int64))
    for position, (rate, seconds) in enumerate(calls):
        assert charges.at(position) == rate_duration(rate, seconds)


@pytest.mark.parametrize(
    "blocks", ["0:0.08/60/6", "0:0.50/30/30 30:1.23456/60/6", "0:0.1/1/1 60:0.05/60/60 3600:0/1/1"]
)
def test_what_carriers_sell_fits_in_a_word(blocks: str) -> None:
    rate = Rate(parse_bands(blocks), Decimal("0.10"), 3, Decimal("0.05"), RoundingMethod.HALF_UP, 4)
    assert not RateTable([rate]).charge(np.zeros(1, dtype=np.int64), np.array([86_400], dtype=np.int64)).exact


def test_an_amount_beyond_a_word_is_exact_and_named_as_such() -> None:
    rate = Rate((Band(0, Decimal("999999999.999999"), 7, 1),), decimals=6)
    seconds = [10, ROOM // 10**6, 20]
    charges = RateTable([rate]).charge(np.zeros(3, dtype=np.int64), np.array(seconds, dtype=np.int64))
    assert list(charges.exact) == [1]
    assert charges.amounts() == [rate_duration(rate, length).amount for length in seconds]


def test_a_call_of_less_than_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="less than nothing"):
        RateTable([Rate((Band(0, Decimal(1), 60, 1),))]).charge(np.zeros(1, np.int64), np.array([-1], np.int64))


currencies = st.sampled_from(["BRL", "USD"])
digits = st.text(alphabet="0125", min_size=1, max_size=9)
numbers = digits | st.text(alphabet="0125", min_size=7, max_size=18)
patterns = st.text(alphabet="0125XZN", max_size=8).flatmap(
    lambda body: st.sampled_from([f"_{body}.", f"_{body}!", f"_{body}X", f"_[0-25]{body}", f"_[12]{body}!"])
)
moments = st.integers(min_value=-72, max_value=72).map(lambda hours: NOW + timedelta(hours=hours))
windows = st.builds(
    Window,
    st.integers(min_value=1, max_value=127),
    st.sampled_from([time(0), time(8), time(22)]),
    st.sampled_from([time(0), time(6), time(20)]),
    st.just(ZoneInfo("America/Sao_Paulo")),
)


A_RATE = Rate((Band(0, Decimal(1), 60, 1),))


@st.composite
def tariffs(draw: st.DrawFn, sold_at: st.SearchStrategy[Rate]) -> PricedTariff:
    since, until = draw(moments), draw(moments | st.none())
    return PricedTariff(
        id=new_id(),
        pattern=draw(digits | digits | patterns),
        matches=draw(st.sampled_from(Matches)),
        effective_from=since,
        effective_until=until if until is None or until > since else None,
        currency=draw(currencies),
        cadence=CADENCE,
        sell=draw(sold_at),
        buy=draw(st.none() | sold_at),
        sell_text="",
        plan_id=draw(plans),
        origin_prefix=draw(st.just("") | st.text(alphabet="12", max_size=3)),
        window=draw(st.none() | st.none() | windows),
    )


@settings(max_examples=300)
@given(
    # Which tariff it is depends on no rate, and drawing rates takes longer than all the rest.
    st.lists(tariffs(st.just(A_RATE)), max_size=25),
    st.lists(st.tuples(numbers, moments, st.just("") | st.text(alphabet="12", min_size=1, max_size=12)), min_size=1),
)
@example([], [("5511", NOW, "")])
def test_the_longest_match_is_found_for_many_as_for_one(
    prices: list[PricedTariff], calls: list[tuple[str, datetime, str]]
) -> None:
    index = TariffIndex(prices)
    bulk = BulkIndex(index)
    found = bulk.match(
        as_texts([number for number, _, _ in calls]),
        np.array([microseconds_of(at) for _, at, _ in calls], dtype=np.int64),
        codes_of(digits_of_texts(as_texts([origin for _, _, origin in calls]))),
    )
    for (number, at, origin), position in zip(calls, found.tolist(), strict=True):
        alone = index.match(number, at, origin)
        assert (None if position == NOTHING else bulk.tariffs[position]) is alone


@st.composite
def deck_lines(draw: st.DrawFn) -> BuyPrice:
    return BuyPrice(
        id=new_id(),
        pattern=draw(digits),
        matches=draw(st.sampled_from(Matches)),
        effective_from=draw(moments),
        effective_until=None,
        currency=draw(currencies),
        cadence=Cadence(1, 1, 0, "half_up", 6),
        per_minute=draw(st.decimals(min_value=0, max_value=9, places=6)),
        is_blocked=draw(st.booleans()),
    )


called = numbers | st.sampled_from(["", "1" * 30, "5" * 19])
carriers = st.builds(ProviderCost, st.just(Decimal("0.03")), currencies, st.sampled_from([None, PROVIDER, new_id()]))
calls_made = st.builds(
    CallFacts,
    direction=st.sampled_from(["outbound", "outbound", "outbound", "inbound", "internal", "unknown"]),
    number=called,
    at=moments,
    billable_seconds=st.decimals(min_value=0, max_value=90_000, places=6),
    provider_cost=st.none() | carriers,
    origin=st.just("") | st.text(alphabet="12", min_size=1, max_size=12),
    plan_id=plans,
    is_answered=st.booleans(),
)


@settings(max_examples=200)
@given(st.lists(tariffs(rates()), max_size=15), st.lists(deck_lines(), max_size=8), st.lists(calls_made, max_size=12))
def test_whole_records_are_priced_alike_in_both_forms(
    prices: list[PricedTariff], deck: list[BuyPrice], calls: list[CallFacts]
) -> None:
    decks = {PROVIDER: TariffIndex(deck)}
    nothing: TariffIndex[BuyPrice] = TariffIndex(())
    book = PriceBook(prices, strict_plans=[STRICT_PLAN], deck_of=lambda key: decks.get(key, nothing))
    bulk = BulkPrices(book)
    alone = [price_call(call, book) for call in calls]
    assert bulk.price_calls(calls) == alone
    assert list(map(repr, bulk.price_calls(calls))) == list(map(repr, alone))
