"""What a tariff's form says of a prefix or pattern: numbers that it matches, and near ones that it does not."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.rating.key_patterns import DIGITS, Matches, compile_pattern
from billing.rating.pattern_examples import SHOWN, PatternExamples, pattern_examples
from tests.core.numbers.plans import BRAZIL, BRAZIL_WITH_SCM, TODAY
from tests.numbers.strings import number_key, pattern_around
from voipadmin.core.numbers.countries import plan_of
from voipadmin.core.numbers.number import Number, NumberKind
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.numbers.reading import number_of_key

pytestmark = pytest.mark.slow(seconds=2)

PLANS = [BRAZIL, BRAZIL_WITH_SCM, plan_of("PT", TODAY)]
Drawn = tuple[NumberingPlan, str, Matches]


@st.composite
def patterns(draw: st.DrawFn) -> Drawn:
    """Draw a prefix or a pattern, mostly one that some number falls under."""
    plan, chance = draw(st.sampled_from(PLANS)), draw(st.randoms(use_true_random=True))
    key = number_key(chance, plan) if draw(st.booleans()) else _digits(chance)
    text = key.removeprefix("0") or "1"
    pattern = pattern_around(chance, text) if draw(st.booleans()) else text[: chance.randint(1, len(text))]
    return plan, pattern, draw(st.sampled_from(Matches))


def _digits(chance: Random) -> str:
    return "".join(chance.choices(DIGITS, k=chance.randint(1, 15)))


def told(pattern: str, matches: Matches = Matches.NUMBER) -> PatternExamples:
    return pattern_examples(pattern, matches, BRAZIL)


def is_near(one: Number, other: Number) -> bool:
    """Tell whether one digit is another one, or there is one more or one less."""
    if len(one.key) == len(other.key):
        return sum(mine != theirs for mine, theirs in zip(one.key, other.key, strict=True)) == 1
    short, long = sorted((one.key, other.key), key=len)
    return len(long) == len(short) + 1 and long.startswith(short)


@given(patterns())
@settings(max_examples=400, deadline=None)
def test_what_is_shown_matches_or_is_near_and_does_not(drawn: Drawn) -> None:
    # I9
    plan, pattern, matches = drawn
    shown, compiled = pattern_examples(pattern, matches, plan), compile_pattern(pattern, matches)
    other_kind = compile_pattern(pattern, next(kind for kind in Matches if kind != matches))
    for number in (*shown.matching, *shown.others):
        assert number_of_key(number.key, plan) == number
    for number in shown.matching:
        assert compiled.matches(number.key)
    for number in shown.others:
        assert not compiled.matches(number.key)
        assert other_kind.matches(number.key) or any(is_near(number, matching) for matching in shown.matching)
    assert len(set(shown.matching)) == len(shown.matching) <= SHOWN
    assert len(set(shown.others)) == len(shown.others) <= SHOWN


@given(st.sampled_from(PLANS), st.randoms(use_true_random=True))
@settings(max_examples=200, deadline=None)
def test_where_nothing_is_shown_there_is_nothing(plan: NumberingPlan, chance: Random) -> None:
    key = number_key(chance, plan)
    pattern = pattern_around(chance, key)
    for matches in Matches:
        if compile_pattern(pattern, matches).matches(key):
            assert pattern_examples(pattern, matches, plan).matching


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [("5510", Matches.NUMBER), ("0800", Matches.NUMBER), ("55119876543210", Matches.NUMBER), ("777", Matches.CODE)],
)
def test_a_pattern_that_no_number_falls_under_shows_none(pattern: str, matches: Matches) -> None:
    assert told(pattern, matches) == PatternExamples((), ())


@pytest.mark.parametrize("pattern", ["_X.", "_.", "_!", "_Z.", ""])
def test_a_pattern_for_every_number_shows_the_codes_that_it_leaves_out(pattern: str) -> None:
    shown = told(pattern)
    assert len({number.kind for number in shown.others}) == SHOWN
    assert all(number.is_code for number in shown.others)


def test_countries_that_a_pattern_reaches_are_shown() -> None:
    shown = told("_ZZ9XXXXXXXX")
    assert {number.country for number in shown.matching}.isdisjoint({"", "BR"})


def test_the_police_are_told_from_numbers_that_begin_alike() -> None:
    shown = told("190", Matches.CODE)
    assert [number.display for number in shown.matching] == ["190"]
    assert any(number.key.startswith("190") for number in shown.others)
    assert any(number.is_code and len(number.national) == 3 for number in shown.others)


def test_a_prefix_shows_each_kind_of_number_and_the_next_prefix() -> None:
    shown = told("5511")
    assert {number.kind for number in shown.matching} == {NumberKind.FIXED, NumberKind.MOBILE}
    assert all(number.key.startswith("551") for number in shown.others)
