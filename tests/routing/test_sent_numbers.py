"""Which routes could send another number than the one that was judged: told for every number, by patterns."""

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.demo.carriers import GATEWAYS, ROUTES, DemoRoute
from routing.models import SentFormat
from routing.numbers import SPELT, Rewriting, plain_dialled, rewrite_number
from routing.route_lines import line_of, written_for
from routing.sent_numbers import OtherNumber, Sending, code_sent_as_dialled, other_number_sent, takes_any_number
from tests.core.numbers.plans import BRAZIL, BRAZIL_WITH_CARRIERS, TODAY
from tests.numbers.oracles import readings_of
from tests.numbers.strings import dialled_string, pattern_around
from voipadmin.core.numbers.countries import plan_of
from voipadmin.core.numbers.number import Number
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.numbers.reading import read_number
from voipadmin.core.numbers.spelling import spell

PLANS = [BRAZIL, BRAZIL_WITH_CARRIERS, plan_of("PT", TODAY), plan_of("DE", TODAY)]


def told(pattern: str, sent_format: str = "as_dialled", carrier: str = "", **rewriting: Any) -> OtherNumber | None:
    return other_number_sent(pattern, Sending(sent_format, Rewriting(**rewriting), carrier), BRAZIL)


@pytest.mark.parametrize(
    "pattern", ["_X.", "_.", "_0ZZXXXXXXXX", "_0ZZXXXXXXXXX", "_00.", "_+X.", "190", "_0800.", "_0."]
)
@pytest.mark.parametrize("sent_format", SentFormat.values)
def test_a_route_that_rewrites_nothing_sends_the_number_that_was_judged(pattern: str, sent_format: str) -> None:
    assert told(pattern, sent_format, "21") is None


@pytest.mark.parametrize(
    "rewriting",
    [
        {"gateway_strip": 1},
        {"route_strip": 1, "gateway_prepend": "55"},
        {"route_strip": 1, "route_prepend": "+55"},
        {"gateway_strip": 1, "gateway_prepend": "021"},
        {"route_strip": 1, "route_prepend": "0055"},
        {"route_prepend": "9", "gateway_strip": 1},
        {"tech_prefix": "1234#"},
    ],
)
@pytest.mark.parametrize("pattern", ["_0ZZXXXXXXXX", "_0ZZXXXXXXXXX", "_01193000XXXX"])
def test_usual_rewritings_of_national_numbers_are_not_warned_of(pattern: str, rewriting: dict[str, Any]) -> None:
    assert told(pattern, **rewriting) is None


@pytest.mark.parametrize(
    ("pattern", "sent_format", "rewriting"),
    [
        ("_00.", "as_dialled", {"route_strip": 2}),
        ("_00.", "as_dialled", {"route_strip": 2, "gateway_prepend": "+"}),
        ("_+X.", "as_dialled", {"gateway_strip": 1}),
        ("_0ZZXXXXXXXXX", "e164", {"gateway_prepend": "+"}),
        ("_00.", "e164", {"gateway_prepend": "00"}),
        ("_0800.", "as_dialled", {"route_strip": 1}),
    ],
)
def test_usual_rewritings_of_other_numbers_are_not_warned_of(
    pattern: str, sent_format: str, rewriting: dict[str, Any]
) -> None:
    assert told(pattern, sent_format, **rewriting) is None


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.pattern)
def test_the_demos_routes_are_not_warned_of(route: DemoRoute) -> None:
    prefixes = {gateway.name: gateway.tech_prefix for gateway in GATEWAYS}
    assert all(told(route.pattern, tech_prefix=prefixes[gateway]) is None for gateway, _weight in route.gateways)


def test_a_warning_has_an_example_that_reaches_somebody_else() -> None:
    found = told("_0ZZXXXXXXXXX", gateway_prepend="0")
    assert found is not None
    assert (found.sent, found.read_as) == (f"0{found.dialled}", f"+{found.dialled[1:]}")
    found = told("_01193000XXXX", "e164", route_strip=2)
    assert found is not None
    assert (found.dialled, found.read_as) == (f"+55{found.sent}", f"+{found.sent}")


def test_an_example_that_reaches_nobody_says_so() -> None:
    assert told("190", gateway_strip=1) == OtherNumber("190", "90", "")
    assert told("190", route_prepend="0") == OtherNumber("190", "0190", "")


def test_a_local_number_that_is_written_with_its_area_is_seen() -> None:
    # Dialled 4003 1234, written as the pattern has it, sent 0004003 1234 less one digit.
    assert told("_400[34]XXXX", route_strip=1, gateway_prepend="0") is not None
    assert told("_400[34]XXXX") is None


def test_a_carrier_is_selected_where_numbers_have_no_prefix_as_well() -> None:
    assert other_number_sent("_9XXXXXXXX", Sending("carrier", Rewriting(), "21"), plan_of("PT", TODAY)) is None


@pytest.mark.parametrize(("pattern", "takes"), [("_X.", True), ("190", True), ("5511", False), ("_01000.", False)])
def test_a_pattern_that_takes_no_number_of_the_plan_is_told(pattern: str, takes: bool) -> None:
    assert takes_any_number(pattern, BRAZIL) == takes


def code_told(pattern: str, sent_format: str, **rewriting: Any) -> OtherNumber | None:
    return code_sent_as_dialled(pattern, Sending(sent_format, Rewriting(**rewriting), "21"), BRAZIL)


@pytest.mark.parametrize("sent_format", ["e164", "e164_plus"])
def test_a_code_that_a_gateway_of_e164_is_sent_is_told(sent_format: str) -> None:
    assert code_told("190", sent_format) == OtherNumber("190", "190", "")
    assert code_told("_4004XXXX", sent_format) == OtherNumber("40044321", "40044321", "+40044321")
    # Of all codes, one that would reach somebody else.
    example = code_told("_X.", sent_format)
    assert example is not None
    assert example.read_as


@pytest.mark.parametrize("pattern", ["_0ZZXXXXXXXX", "_00X.", "_55XXXXXXXXXX"])
def test_a_route_without_codes_is_not_told_of(pattern: str) -> None:
    assert code_told(pattern, "e164") is None


def test_a_code_with_its_zero_is_known_to_every_carrier() -> None:
    assert code_told("_0800XXXXXXX", "e164") is None


@pytest.mark.parametrize("sent_format", ["as_dialled", "national", "zero", "carrier"])
def test_other_formats_have_a_form_for_codes(sent_format: str) -> None:
    assert code_told("_X.", sent_format) is None


@st.composite
def sendings(draw: st.DrawFn) -> tuple[NumberingPlan, str, Sending, Random]:
    plan, chance = draw(st.sampled_from(PLANS)), draw(st.randoms(use_true_random=True))
    pattern = pattern_around(chance, dialled_string(chance, plan) or "0")
    prepended = st.sampled_from(["", "", "", "0", "00", "55", "+", "021"])
    rewriting = Rewriting(
        draw(st.integers(0, 2)), draw(prepended), draw(st.sampled_from([0, 0, 1, 2])), draw(prepended)
    )
    return plan, pattern, Sending(draw(st.sampled_from(SentFormat.values)), rewriting, "21"), chance


def sent(number: Number, dialled: str, pattern: str, sending: Sending, plan: NumberingPlan) -> str:
    form = SPELT.get(sending.sent_format)
    written = (
        written_for(pattern, number.key, plain_dialled(dialled, plan), plan)
        if form is None
        else spell(number, form, plan, sending.carrier_code)
    )
    return rewrite_number(written, sending.rewriting)


def readings(text: str, number: Number, sending: Sending, plan: NumberingPlan) -> list[str]:
    found = readings_of(text, sending.sent_format, sending.carrier_code, plan, is_code=number.is_code)
    return [read.key for read in found]


@pytest.mark.slow
@given(sendings())
@settings(max_examples=400, deadline=None)
def test_what_is_not_warned_of_reads_back_and_every_warning_has_a_case(
    drawn: tuple[NumberingPlan, str, Sending, Random],
) -> None:
    plan, pattern, sending, chance = drawn
    example = other_number_sent(pattern, sending, plan)
    if example is not None:
        number = read_number(example.dialled, plan)
        assert line_of(pattern, number.key, plan) is not None
        assert sent(number, example.dialled, pattern, sending, plan) == example.sent
        assert readings(example.sent, number, sending, plan)[0] != number.key
        return
    right: set[int] = {0, 1}
    for _turn in range(60):
        dialled = dialled_string(chance, plan)
        number = read_number(dialled, plan, home_area="11")
        if not number.is_readable or number.is_barred or line_of(pattern, number.key, plan) is None:
            continue
        read = readings(sent(number, dialled, pattern, sending, plan), number, sending, plan)
        found = {place for place, key in enumerate(read) if key == number.key}
        assert found
        right = right if number.is_code else right & found
    assert right
