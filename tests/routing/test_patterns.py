"""Patterns: what they match, which overlap, and in which order Asterisk tries them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.routing.patterns_at_random import as_regex, numbers, patterns
from voipadmin.core.numbers.patterns import intersect, parse_pattern, rewritten


@given(patterns(), numbers)
@pytest.mark.slow(seconds=0.3)
def test_a_pattern_matches_what_its_regular_expression_matches(pattern: str, number: str) -> None:
    assert parse_pattern(pattern).matches(number) == bool(as_regex(pattern).fullmatch(number))


@given(patterns(), patterns(), numbers)
@pytest.mark.slow(seconds=0.3)
def test_patterns_that_match_one_number_overlap(first: str, second: str, number: str) -> None:
    one, other = parse_pattern(first), parse_pattern(second)
    assert one.overlaps(other) == other.overlaps(one)
    if one.matches(number) and other.matches(number):
        assert one.overlaps(other)


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        ("_0ZZXXXXXXXX", "_011XXXXXXXX", True),
        ("_0ZZXXXXXXXX", "_0ZZ9XXXXXXXX", False),
        ("_0.", "_0", False),
        ("_0!", "_0", True),
        ("_[12]X", "_X[34]", True),
        ("_[12]X", "_[34]X", False),
        ("_X.", "_+X.", False),
        ("190", "_1XX", True),
        ("190", "_1X", False),
    ],
)
def test_overlap_is_decided_position_by_position(first: str, second: str, overlap: bool) -> None:
    assert parse_pattern(first).overlaps(parse_pattern(second)) is overlap


def test_the_more_specific_pattern_comes_first() -> None:
    expected = [
        "190",
        "_190",
        "_19X",
        "_1[12]0",
        "_1[19]0",
        "_1N.",
        "_1Z",
        "_1X.",
        "_1X!",
        "_1.",
        "_1!",
        "_[12]9",
        "_Z.",
        "_X.",
    ]
    shuffled = sorted(expected)
    assert sorted(shuffled, key=lambda text: parse_pattern(text).specificity) == expected


def test_a_plus_is_not_a_digit() -> None:
    assert not parse_pattern("_X.").matches("+5511")
    assert parse_pattern("_+X.").matches("+5511")


@pytest.mark.slow(seconds=1)
@given(patterns(), patterns(), numbers)
def test_an_intersection_matches_what_both_match(first: str, second: str, number: str) -> None:
    one, other = parse_pattern(first), parse_pattern(second)
    both = intersect(one, other)
    assert (both is not None and both.matches(number)) == (one.matches(number) and other.matches(number))
    assert both == intersect(other, one)
    assert both is None or parse_pattern(both.text) == both


@given(patterns(), st.text("0123456789", max_size=3), numbers)
def test_a_rewritten_pattern_matches_the_rewritten_numbers(text: str, prepend: str, number: str) -> None:
    pattern = parse_pattern(text)
    strip = min(2, len(pattern.positions))
    if pattern.matches(number):
        assert rewritten(pattern, strip, prepend).matches(prepend + number.replace("-", "")[strip:])
