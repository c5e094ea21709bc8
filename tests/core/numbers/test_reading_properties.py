"""Rules of all readings, over the whole plan and over garbage."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.numbers.plans import BRAZIL, BRAZIL_WITH_CARRIERS, BRAZIL_WITH_SCM, REGIONS, TODAY, areas, dialled_in
from voipadmin.core.numbers.countries import plan_of
from voipadmin.core.numbers.metadata import calling_code_of, metadata_of, national_ranges
from voipadmin.core.numbers.number import Number, NumberKind
from voipadmin.core.numbers.patterns import parse_pattern
from voipadmin.core.numbers.plan import NATIONAL, NumberingPlan
from voipadmin.core.numbers.reading import RECEIVED_CONTEXTS, number_of_key, read_number, read_received
from voipadmin.core.numbers.spelling import NumberForm, spell

pytestmark = pytest.mark.slow(seconds=3)

PLANS = [BRAZIL, BRAZIL_WITH_SCM, BRAZIL_WITH_CARRIERS, *(plan_of(region, TODAY) for region in REGIONS)]

readings = st.sampled_from(PLANS).flatmap(lambda plan: st.tuples(st.just(plan), dialled_in(plan), areas))


@given(readings)
@settings(max_examples=1_000)
def test_everything_is_a_number_or_unreadable_with_a_reason(drawn: tuple[NumberingPlan, str, str]) -> None:
    plan, dialled, area = drawn
    for number in (
        read_number(dialled, plan, home_area=area),
        *(read_received(dialled, name, plan, home_area=area) for name in RECEIVED_CONTEXTS),
        number_of_key(dialled, plan),
    ):
        assert number.is_readable == bool(number.key) == (number.reason is None)
        assert number.is_readable == (number.key.isascii() and number.key.isdigit())
        assert not number.is_readable or number.national


@given(readings)
@settings(max_examples=1_000)
def test_the_key_alone_is_the_number(drawn: tuple[NumberingPlan, str, str]) -> None:
    plan, dialled, area = drawn
    for number in (
        read_number(dialled, plan, home_area=area),
        *(read_received(dialled, name, plan, home_area=area) for name in RECEIVED_CONTEXTS),
    ):
        if number.is_readable:
            assert number_of_key(number.key, plan) == number


@given(readings)
@settings(max_examples=1_000)
def test_every_form_of_a_number_is_read_as_that_number(drawn: tuple[NumberingPlan, str, str]) -> None:
    plan, dialled, area = drawn
    number = read_number(dialled, plan, home_area=area)
    if not number.is_readable:
        return
    assert read_number(spell(number, NumberForm.E164_PLUS, plan), plan) == number
    # Without a plus, 40041234 is a number of Romania to a carrier that speaks E.164.
    if not number.is_code:
        assert read_received(spell(number, NumberForm.E164, plan), "e164", plan) == number


brazilian = st.sampled_from([BRAZIL, BRAZIL_WITH_SCM]).flatmap(
    lambda plan: st.tuples(st.just(plan), dialled_in(plan), areas)
)


@given(brazilian, st.sampled_from(["15", "21", "41"]))
@settings(max_examples=1_000)
def test_brazils_own_forms_are_read_as_the_number_too(drawn: tuple[NumberingPlan, str, str], carrier: str) -> None:
    plan, dialled, area = drawn
    number = read_number(dialled, plan, home_area=area)
    if not number.is_readable:
        return
    forms = [NumberForm.NATIONAL, NumberForm.NATIONAL_ZERO]
    if number.country == "BR":
        forms.append(NumberForm.NATIONAL_CARRIER)
    for form in forms:
        assert read_number(spell(number, form, plan, carrier), plan) == number


@given(brazilian)
@settings(max_examples=1_000)
def test_what_is_read_as_a_national_number_is_one_by_the_plan(drawn: tuple[NumberingPlan, str, str]) -> None:
    plan, dialled, area = drawn
    number = read_number(dialled, plan, home_area=area)
    if number.is_readable and not number.is_code and number.key.startswith("55"):
        valid = any(row.pattern.matches(number.national) for row in national_ranges(55))
        assert valid or number.kind is NumberKind.MULTIMEDIA
        assert (number.kind is NumberKind.MULTIMEDIA) == (len(number.national) == 11 and number.national[2] == "6")


@given(readings)
def test_no_key_of_a_code_begins_like_a_number_and_no_number_like_a_code(
    drawn: tuple[NumberingPlan, str, str],
) -> None:
    plan, dialled, area = drawn
    number = read_number(dialled, plan, home_area=area)
    if number.is_readable:
        assert number.is_code == bool(number.code) == (calling_code_of(number.key) == "")
        assert number.key == (f"0{number.national}" if number.is_code else _code(number, plan) + number.national)


def _code(number: Number, plan: NumberingPlan) -> str:
    return calling_code_of(number.key) if number.country != plan.region else str(metadata_of(plan.region).country_code)


@given(readings)
@settings(max_examples=500)
def test_python_finds_the_rule_that_asterisk_would_find(drawn: tuple[NumberingPlan, str, str]) -> None:
    plan, dialled, _area = drawn
    digits = "".join(character for character in dialled if character in "+0123456789")
    for part in plan.contexts:
        in_order = (rule for found in plan.searched(part.name) for rule in found.rules)
        expected = next((rule for rule in in_order if parse_pattern(rule.pattern).matches(digits)), None)
        assert plan.rule_for(part.name, digits) == expected
    assert NATIONAL in plan.by_name
