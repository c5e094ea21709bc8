"""Families of digits are read as each of their members is."""

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.numbers.plans import BRAZIL, BRAZIL_WITH_CARRIERS, BRAZIL_WITH_SCM, REGIONS, TODAY, digits_of_rules
from voipadmin.core.numbers.countries import plan_of
from voipadmin.core.numbers.families import SIGNS, Family, Reading, families, read_family
from voipadmin.core.numbers.number import Number
from voipadmin.core.numbers.patterns import parse_pattern, pattern_of
from voipadmin.core.numbers.plan import DIALLED, RECEIVED_E164, RECEIVED_NATIONAL, NumberingPlan
from voipadmin.core.numbers.reading import read_number, read_received

pytestmark = pytest.mark.slow(seconds=1)

PLANS = [BRAZIL, BRAZIL_WITH_SCM, BRAZIL_WITH_CARRIERS, *(plan_of(region, TODAY) for region in REGIONS)]
READ: dict[str, Callable[[str, NumberingPlan], Number]] = {
    DIALLED: read_number,
    RECEIVED_NATIONAL: lambda text, plan: read_received(text, "national", plan),
    RECEIVED_E164: lambda text, plan: read_received(text, "e164", plan),
}


def a_member(family: Family, draw: Random) -> str:
    return "".join(draw.choice(sorted(allowed)) for allowed in family.places)


def key_of(reading: Reading, member: str) -> str:
    if not reading.is_readable:
        return ""
    return "".join(item if isinstance(item, str) else member[item] for item in reading.family.items)


@st.composite
def widened(draw: st.DrawFn) -> tuple[NumberingPlan, Family]:
    """Draw a plan, and a family around digits that some rule of it reads."""
    plan = draw(st.sampled_from(PLANS))
    digits = draw(digits_of_rules(plan).filter(bool))
    more = st.sets(st.sampled_from(sorted(SIGNS)), max_size=4)
    places = tuple(frozenset(draw(more)) | {digit} for digit in digits)
    return plan, Family(places, tuple(range(len(places))))


@pytest.mark.parametrize("entry", READ)
@given(widened(), st.randoms(use_true_random=True))
@settings(max_examples=200, deadline=None)
def test_every_member_is_read_as_the_part_that_it_is_in(
    entry: str, drawn: tuple[NumberingPlan, Family], draw: Random
) -> None:
    plan, family = drawn
    for reading in read_family(family, entry, plan):
        for _turn in range(3):
            member = a_member(reading.family, draw)
            assert READ[entry](member, plan).key == key_of(reading, member)


@given(widened(), st.randoms(use_true_random=True))
@settings(max_examples=200, deadline=None)
def test_every_member_is_in_one_part(drawn: tuple[NumberingPlan, Family], draw: Random) -> None:
    plan, family = drawn
    parts = [reading.family.places for reading in read_family(family, DIALLED, plan)]
    member = a_member(family, draw)
    assert sum(pattern_of(places).matches(member.replace("-", "")) for places in parts) == 1


def test_a_pattern_with_an_open_end_is_a_family_for_each_length() -> None:
    assert [len(family.places) for family in families(parse_pattern("_00."), 6)] == [3, 4, 5, 6]
    assert [len(family.places) for family in families(parse_pattern("_00!"), 4)] == [2, 3, 4]
    assert [family.member() for family in families(parse_pattern("190"), 6)] == ["190"]


def test_a_plus_is_read_in_front_alone() -> None:
    family = Family((SIGNS, frozenset("+"), *[frozenset("1")] * 9), tuple(range(11)))
    assert not any(reading.is_readable for reading in read_family(family, DIALLED, BRAZIL))
