"""The index of overlapping patterns finds what comparing each with each finds."""

import time
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from routing.overlaps import OverlapIndex
from routing.selection import layer_routes
from tests.routing.patterns_at_random import patterns
from tests.routing.test_selection import ARoute
from voipadmin.core.numbers.patterns import parse_pattern


@given(st.lists(patterns(), max_size=30), patterns())
def test_it_finds_exactly_the_patterns_that_overlap(kept: list[str], wanted: str) -> None:
    index: OverlapIndex[int] = OverlapIndex()
    for number, text in enumerate(kept):
        index.add(parse_pattern(text), number)
    expected = [number for number, text in enumerate(kept) if parse_pattern(text).overlaps(parse_pattern(wanted))]
    assert sorted(index.overlapping(parse_pattern(wanted))) == expected


def test_two_thousand_routes_of_one_priority_are_layered_in_a_moment() -> None:
    narrow = [f"_0{number:04d}XXXXXX" for number in range(0, 9_500, 5)]
    wide = [f"_0{number:02d}[1-9]XX." for number in range(95)]
    routes = [ARoute(UUID(int=number), pattern) for number, pattern in enumerate([*narrow, *wide, "_X."])]
    began = time.process_time()
    layers = layer_routes(routes)
    assert [len(layer) for layer in layers] == [1_900, 95, 1]
    assert time.process_time() - began < 1
