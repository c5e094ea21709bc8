"""Which gateways a call goes to, and in which order."""

import random
from dataclasses import dataclass
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.route_lines import RouteLine
from routing.selection import layer_routes, matching_routes
from tests.routing.oracles import order_gateways, select_attempts
from tests.routing.patterns_at_random import numbers, patterns
from voipadmin.core.numbers.patterns import parse_pattern


@dataclass(frozen=True)
class Step:
    gateway: str
    weight: int = 100


@dataclass(frozen=True)
class ARoute:
    id: UUID
    pattern: str
    priority: int = 10
    by_weight: bool = False
    steps: tuple[Step, ...] = (Step("GW"),)
    customers: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[RouteLine, ...]:
        """Keys are matched by the pattern as it is: what a plan makes of patterns is told elsewhere."""
        return (RouteLine(self.pattern),)


def route(number: int, pattern: str, priority: int = 10, *gateways: str, customers: tuple[str, ...] = ()) -> ARoute:
    return ARoute(UUID(int=number), pattern, priority, steps=tuple(map(Step, gateways)), customers=customers)


@st.composite
def route_sets(draw: st.DrawFn) -> list[ARoute]:
    drawn = draw(st.lists(st.tuples(patterns(), st.sampled_from([10, 20])), min_size=1, max_size=10))
    return [ARoute(UUID(int=index), pattern, priority) for index, (pattern, priority) in enumerate(drawn)]


def test_the_lower_priority_comes_first_whatever_the_patterns() -> None:
    routes = [route(1, "_011XXXXXXXX", 20, "NARROW"), route(2, "_0ZZ.", 10, "BROAD")]
    attempts = select_attempts(routes, "01140001000", "ACME")
    assert [(attempt.number, attempt.gateway) for attempt in attempts] == [(1, "BROAD"), (2, "NARROW")]


def test_inside_a_priority_the_more_specific_pattern_comes_first_then_the_older_route() -> None:
    routes = [route(3, "_0.", 10, "C"), route(2, "_0.", 10, "B"), route(1, "_011.", 10, "A")]
    assert [attempt.gateway for attempt in select_attempts(routes, "01140001000", "ACME")] == ["A", "B", "C"]


def test_a_route_for_others_and_a_route_without_gateways_are_left_out() -> None:
    routes = [route(1, "_X.", 10), route(2, "_X.", 20, "B", customers=("OTHER",)), route(3, "_X.", 30, "C", "D")]
    assert [attempt.gateway for attempt in select_attempts(routes, "55", "ACME")] == ["C", "D"]
    assert [attempt.gateway for attempt in select_attempts(routes, "55", "OTHER")] == ["B", "C", "D"]


def test_no_route_no_attempt() -> None:
    assert select_attempts([route(1, "_0.", 10, "A")], "190", "ACME") == ()


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=6), st.integers())
def test_by_weight_every_gateway_is_tried_once(weights: list[int], seed: int) -> None:
    generator = random.Random(seed)  # noqa: S311 - draws of a test
    steps = tuple(Step(f"GW{index}", weight) for index, weight in enumerate(weights))
    weighted = ARoute(UUID(int=1), "_X.", by_weight=True, steps=steps)
    ordered = order_gateways(weighted, lambda total: generator.randint(1, total))
    assert sorted(ordered) == [step.gateway for step in steps]


def test_weights_decide_how_often_a_gateway_is_first() -> None:
    generator = random.Random(1)  # noqa: S311 - draws of a test
    weighted = ARoute(UUID(int=1), "_X.", by_weight=True, steps=(Step("A", 700), Step("B", 300)))
    first = [order_gateways(weighted, lambda total: generator.randint(1, total))[0] for _ in range(10_000)]
    assert 6_800 < first.count("A") < 7_200


@given(route_sets())
@pytest.mark.slow(seconds=0.3)
def test_inside_a_layer_no_number_matches_two_routes(routes: list[ARoute]) -> None:
    for layer in layer_routes([route for route in routes if route.priority == 10]):
        for index, one in enumerate(layer):
            assert not any(parse_pattern(one.pattern).overlaps(parse_pattern(other.pattern)) for other in layer[:index])


@given(route_sets(), numbers)
@pytest.mark.slow(seconds=0.3)
def test_layer_by_layer_the_order_is_that_of_selection(routes: list[ARoute], number: str) -> None:
    found = [
        route
        for priority in (10, 20)
        for layer in layer_routes([route for route in routes if route.priority == priority])
        for route in layer
        if parse_pattern(route.pattern).matches(number)
    ]
    assert found == matching_routes(routes, number, "ACME")
