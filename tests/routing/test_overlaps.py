"""The index of overlapping patterns finds what comparing each with each finds."""

import itertools
import sys
from collections.abc import Callable
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.overlaps import OverlapIndex
from routing.selection import layer_routes
from tests.routing.patterns_at_random import patterns
from tests.routing.test_selection import ARoute
from voipadmin.core.numbers.patterns import parse_pattern


@given(st.lists(patterns(), max_size=30), patterns())
@pytest.mark.slow(seconds=0.3)
def test_it_finds_exactly_the_patterns_that_overlap(kept: list[str], wanted: str) -> None:
    index: OverlapIndex[int] = OverlapIndex()
    for number, text in enumerate(kept):
        index.add(parse_pattern(text), number)
    expected = [number for number, text in enumerate(kept) if parse_pattern(text).overlaps(parse_pattern(wanted))]
    assert sorted(index.overlapping(parse_pattern(wanted))) == expected


def _calls_of(function: Callable[[], object]) -> int:
    """Return how many functions are called, and generators resumed, while it runs."""
    count = itertools.count()
    sys.setprofile(lambda _frame, event, _argument: next(count) if event in {"call", "c_call"} else None)
    try:
        function()
    finally:
        sys.setprofile(None)
    return next(count)


def _routes(narrow: int) -> list[ARoute]:
    patterns = [f"_0{number:04d}XXXXXX" for number in range(0, 5 * narrow, 5)]
    wide = [f"_0{number:02d}[1-9]XX." for number in range(narrow // 20)]
    return [ARoute(UUID(int=number), pattern) for number, pattern in enumerate([*patterns, *wide, "_X."])]


@pytest.mark.slow(seconds=0.3)
def test_the_work_of_layering_routes_grows_with_them_and_not_with_their_pairs() -> None:
    few, many = _routes(475), _routes(1_900)
    assert [len(layer) for layer in layer_routes(many)] == [1_900, 95, 1]
    # Four times the routes are sixteen times the pairs.
    assert _calls_of(lambda: layer_routes(many)) < 8 * _calls_of(lambda: layer_routes(few))
