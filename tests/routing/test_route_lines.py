"""A route's pattern, compiled: which numbers it takes however they are dialled, and how it writes them."""

from collections.abc import Iterator

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from routing.route_lines import line_of, route_lines, written_for
from tests.core.numbers.plans import BRAZIL
from tests.routing.patterns_at_random import patterns
from voipadmin.core.numbers.patterns import parse_pattern
from voipadmin.core.numbers.plan import DIALLED, PlanRule
from voipadmin.core.numbers.reading import read_number

MOBILE, ABROAD, AREA = "5511987654321", "19045551234", "11"


def takes(pattern: str, dialled: str, home_area: str = "") -> bool:
    number = read_number(dialled, BRAZIL, home_area=home_area)
    assert number.is_readable, number.reason
    return line_of(pattern, number.key, BRAZIL) is not None


@pytest.mark.parametrize(
    "pattern", ["_0ZZXXXXXXXXX", "_0.", "_55ZZ9XXXXXXXX", "_+55X.", "_ZZ9XXXXXXXX", "_X.", "_0055."]
)
@pytest.mark.parametrize(
    "dialled", ["011987654321", "+5511987654321", "5511987654321", "11987654321", "005511987654321", "02111987654321"]
)
def test_a_route_takes_a_number_however_it_is_dialled(pattern: str, dialled: str) -> None:
    assert takes(pattern, dialled)


def test_a_local_number_goes_by_the_routes_of_the_number_with_its_area() -> None:
    assert takes("_011[2-5]XXXXXXX", "34001234", home_area="11")
    assert not takes("_021[2-5]XXXXXXX", "34001234", home_area="11")
    assert not takes("_[2-5]XXXXXXX", "34001234", home_area="11")


def test_a_route_for_numbers_abroad_takes_none_of_the_own_country() -> None:
    assert takes("_00.", "0019045551234")
    assert not takes("_00.", "011987654321")
    assert not takes("_00.", "005511987654321")
    assert not takes("_00.", "190")


@pytest.mark.parametrize(
    ("pattern", "code"), [("190", "190"), ("_1XX", "190"), ("_0800.", "08001234567"), ("_400[34]XXXX", "40041234")]
)
def test_a_route_for_a_code_takes_that_code_and_no_number_that_begins_like_it(pattern: str, code: str) -> None:
    assert takes(pattern, code)
    assert not takes(pattern, "0019045551234")
    assert not takes(pattern, "0040041234567")


@pytest.mark.parametrize("pattern", ["_021ZZXXXXXXXXX", "5511", "_[2-5]XXXXXX"])
def test_a_pattern_that_nobody_can_dial_as_a_number_takes_nothing(pattern: str) -> None:
    assert not any(takes(pattern, dialled) for dialled in ("011987654321", "0019045551234", "190", "02111987654321"))


@pytest.mark.parametrize(
    ("pattern", "dialled", "written"),
    [
        ("_0ZZXXXXXXXXX", "011987654321", "011987654321"),
        ("_0ZZXXXXXXXXX", "+5511987654321", "011987654321"),
        ("_0ZZXXXXXXXXX", "02111987654321", "011987654321"),
        ("_X.", "5511987654321", "5511987654321"),
        ("_X.", "11987654321", "11987654321"),
        ("_X.", "+5511987654321", "011987654321"),
        ("_00.", "+19045551234", "0019045551234"),
        ("_55ZZ9XXXXXXXX", "011987654321", "5511987654321"),
    ],
)
def test_a_number_is_written_as_dialled_where_the_pattern_matches_that_and_else_as_the_pattern_has_it(
    pattern: str, dialled: str, written: str
) -> None:
    number = read_number(dialled, BRAZIL)
    assert written_for(pattern, number.key, dialled, BRAZIL) == written


def numbers_dialled() -> st.SearchStrategy[str]:
    return st.one_of(
        st.from_regex(r"\A(0|\+55|55|0055|)?[1-9][1-9](9[0-9]{8}|[2-5][0-9]{7})\Z"),
        st.from_regex(r"\A(00|\+)[1-9][0-9]{6,13}\Z"),
        st.sampled_from(["190", "10315", "40041234", "08001234567", "03001234567", "0303123456"]),
    )


@st.composite
def patterns_of_a_number(draw: st.DrawFn) -> tuple[str, str]:
    """Draw what somebody dials, and a pattern that matches it: digits become classes, the end may be open."""
    dialled = draw(numbers_dialled())
    kept = draw(st.integers(1, len(dialled)))
    body = "".join(draw(st.sampled_from(_classes_of(digit))) for digit in dialled[:kept])
    tail = draw(st.sampled_from(".!")) if kept < len(dialled) else draw(st.sampled_from(["", "!"]))
    return f"_{body}{tail}", dialled


def _classes_of(digit: str) -> list[str]:
    if digit == "+":
        return ["+"]
    return [digit, digit, "X", *(["Z"] if digit > "0" else []), *(["N"] if digit > "1" else []), f"[{digit}5]"]


@given(patterns_of_a_number())
@pytest.mark.slow(seconds=0.3)
def test_a_route_takes_what_is_dialled_as_its_pattern_says(drawn: tuple[str, str]) -> None:
    pattern, dialled = drawn
    number = read_number(dialled, BRAZIL)
    assume(number.is_readable)
    # 00 and the own country is taken by a pattern that spells that country out.
    assume(not dialled.startswith(("0055", "+55")) or pattern.startswith(("_0055", "_+55")))
    assert line_of(pattern, number.key, BRAZIL) is not None


@given(patterns_of_a_number())
@pytest.mark.slow(seconds=0.3)
def test_what_a_route_writes_matches_its_pattern_and_is_read_as_the_same_number(drawn: tuple[str, str]) -> None:
    pattern, dialled = drawn
    number = read_number(dialled, BRAZIL)
    line = line_of(pattern, number.key, BRAZIL) if number.is_readable else None
    assume(line is not None)
    for plain in (dialled, ""):
        written = written_for(pattern, number.key, plain, BRAZIL)
        assert parse_pattern(pattern).matches(written)
        assert read_number(written, BRAZIL) == number


@given(patterns())
def test_the_lines_of_a_route_are_in_asterisks_order_and_each_pattern_stands_once(pattern: str) -> None:
    found = [line.pattern for line in route_lines(pattern, BRAZIL)]
    assert len(set(found)) == len(found)
    assert found == sorted(found, key=lambda text: parse_pattern(text).specificity)


def test_every_way_to_dial_of_the_plan_but_local_and_by_a_carrier_is_compiled() -> None:
    assert {rule.pattern for rule in _compiled()} >= {"_+X.", "_00X.", "_0ZZXXXXXXXX", "190"}


def _compiled() -> Iterator[PlanRule]:
    return (rule for rule in BRAZIL.by_name[DIALLED].rules if route_lines(rule.pattern, BRAZIL))
