"""Which carriers take a call and in which order."""

import random
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.authorization.rules.carriers import by_least_cost, call_amount, order_carriers, with_price
from billing.authorization.rules.values import Carrier, CarrierSelection, RouteCarriers
from tests.billing.authorization.values import carrier, price, route_carriers

pytestmark = pytest.mark.slow(seconds=0.3)

EXPECTED = 180

prices = st.none() | st.builds(
    lambda cents, block, currency: price(str(Decimal(cents) / 100), currency, initial_block=block),
    st.integers(0, 20), st.sampled_from([1, 6, 30, 60, 600]), st.sampled_from(["BRL", "BRL", "BRL", "USD"]),
)  # fmt: skip
carriers_of_a_route = st.lists(
    st.builds(
        lambda number, weight, price, own, quality: Carrier(f"GW_{number}", weight, price, own, quality),
        st.integers(0, 1000), st.integers(1, 3), prices, st.booleans(), st.decimals(0, 1, places=1),
    ),
    max_size=8,
    unique_by=lambda each: each.gateway,
)  # fmt: skip


def names(carriers: tuple[Carrier, ...]) -> list[str]:
    return [each.gateway for each in carriers]


def test_least_cost_is_by_the_whole_expected_call_then_by_weight_then_by_quality() -> None:
    long_block = replace(carrier("GW_LongBlock"), price=price("0.04", initial_block=600))
    worse = replace(carrier("GW_Worse", "0.05", 10), quality=Decimal("0.8"))
    carriers = [worse, carrier("GW_Light", "0.05", 10), long_block, carrier("GW_Heavy", "0.05", 90)]
    order = by_least_cost([*carriers, carrier("GW_Dollar", "0.001", currency="USD")], EXPECTED, "BRL")
    assert names(order) == ["GW_Heavy", "GW_Light", "GW_Worse", "GW_LongBlock", "GW_Dollar"]


@given(carriers_of_a_route)
def test_one_without_a_price_of_its_own_is_not_cheap_it_is_out(carriers: list[Carrier]) -> None:
    order = by_least_cost(carriers, EXPECTED, "BRL")
    assert sorted(names(order)) == sorted(each.gateway for each in carriers if each.price and each.is_quoted)


@given(carriers_of_a_route)
def test_none_that_is_tried_later_is_better(carriers: list[Carrier]) -> None:
    order = by_least_cost(carriers, EXPECTED, "BRL")
    local = [each for each in order if each.price and each.price.currency == "BRL"]
    assert list(order[: len(local)]) == local
    keys = [(call_amount(each.price, EXPECTED), -each.weight, -each.quality) for each in local if each.price]
    assert keys == sorted(keys)


@given(carriers_of_a_route, st.randoms(use_true_random=False))
def test_where_a_carrier_stands_in_the_route_decides_only_between_equals(
    carriers: list[Carrier], chance: random.Random
) -> None:
    local = [
        replace(each, weight=number, price=each.price and replace(each.price, currency="BRL"))
        for number, each in enumerate(carriers, start=1)
    ]
    shuffled = list(local)
    chance.shuffle(shuffled)
    assert by_least_cost(local, EXPECTED, "BRL") == by_least_cost(shuffled, EXPECTED, "BRL")


@given(st.lists(st.tuples(st.sampled_from(list(CarrierSelection)), carriers_of_a_route), max_size=4))
def test_every_carrier_that_sells_is_tried_once_and_the_dialplan_is_told_where_it_would_do_otherwise(
    routes: list[tuple[CarrierSelection, list[Carrier]]],
) -> None:
    before = [
        route_carriers(*carriers, selection=selection, route=number)
        for number, (selection, carriers) in enumerate(routes)
    ]
    left = with_price(before)
    if not left:
        wanted = [
            each.price and (each.is_quoted or selection is not CarrierSelection.COST)
            for selection, row in routes
            for each in row
        ]
        assert not any(wanted)
        return
    after = order_carriers(before, left, EXPECTED, "BRL")
    for whole, found in zip(before, after, strict=True):
        _is_what_it_has_to_be(whole, found)


def _is_what_it_has_to_be(whole: RouteCarriers, found: RouteCarriers) -> None:
    sells = [
        each
        for each in whole.carriers
        if each.price and (each.is_quoted or whole.selection is not CarrierSelection.COST)
    ]
    assert Counter(names(found.carriers)) == Counter(names(tuple(sells)))
    if whole.selection is CarrierSelection.ORDER:
        assert list(found.carriers) == sells
    if not found.differs_from_dialplan:
        assert sorted(names(found.carriers)) == sorted(names(whole.carriers))
        assert whole.selection is not CarrierSelection.COST


def test_what_is_left_of_a_route_by_weight_is_drawn_by_weight() -> None:
    route = route_carriers(
        carrier("GW_A", weight=700),
        carrier("GW_B", weight=300),
        carrier("GW_Out", None),
        selection=CarrierSelection.WEIGHT,
    )
    chance = random.Random(4)  # noqa: S311 - the same calls in every run
    left = with_price([route])
    first = Counter(
        order_carriers([route], left, EXPECTED, "BRL", lambda points: chance.randint(1, points))[0].carriers[0].gateway
        for _ in range(2000)
    )
    assert abs(first["GW_A"] - 1400) < 100
    assert first.keys() == {"GW_A", "GW_B"}
