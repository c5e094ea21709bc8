"""What a carrier is sent, and which caller it is shown."""

from hypothesis import given
from hypothesis import strategies as st

from asterisk_sync.rendering.numbering import local_patterns
from routing.models import CallerIdRule
from routing.numbers import (
    Rewriting,
    plain_dialled,
    present_caller_id,
    rewrite_number,
)
from routing.route_lines import written_for
from tests.core.numbers.plans import BRAZIL, BRAZIL_WITH_CARRIERS
from voipadmin.core.numbers.reading import read_number

AREAS = ["11", "21", "48", "53", "54", "55", "85", "99"]


@st.composite
def national_numbers(draw: st.DrawFn) -> str:
    """Draw a Brazilian landline or mobile with its area code."""
    area = draw(st.sampled_from(AREAS))
    if draw(st.booleans()):
        return area + "9" + draw(st.from_regex(r"\A[6-9][0-9]{7}\Z"))
    return area + draw(st.from_regex(r"\A[2-5][0-9]{7}\Z"))


@given(st.from_regex(r"\A[0-9]{1,15}\Z"), st.integers(0, 15), st.integers(0, 15))
def test_route_then_gateway_then_tech_prefix(number: str, route_strip: int, gateway_strip: int) -> None:
    sent = rewrite_number(number, Rewriting(route_strip, "55", gateway_strip, "0", "1234#"))
    assert sent.startswith("1234#0")
    assert sent == "1234#0" + ("55" + number[route_strip:])[gateway_strip:]


@given(national_numbers())
def test_each_rule_shows_a_carrier_its_own_way_of_the_callers_number(national: str) -> None:
    shown = {
        rule: present_caller_id(f"0{national}", rule, BRAZIL, fixed="551150000000") for rule in CallerIdRule.values
    }
    assert shown == {
        "keep": f"0{national}",
        "e164": f"55{national}",
        "e164_plus": f"+55{national}",
        "national": national,
        "fixed": "551150000000",
    }


def test_a_number_abroad_that_was_dialled_with_a_carrier_is_sent_without_it() -> None:
    # With the carrier 41 it is in Portugal; to a carrier that selects none it would be in Switzerland.
    dialled = "0041351211234567"
    number = read_number(dialled, BRAZIL_WITH_CARRIERS)
    assert number.country == "PT"
    assert plain_dialled(dialled, BRAZIL_WITH_CARRIERS) == ""
    assert written_for("_00.", number.key, "", BRAZIL_WITH_CARRIERS) == "00351211234567"
    assert "_00ZZX." in local_patterns(BRAZIL_WITH_CARRIERS)


def test_where_no_carrier_is_selected_the_same_digits_are_sent_as_dialled() -> None:
    assert plain_dialled("0041351211234567", BRAZIL) == "0041351211234567"
    assert "_00ZZX." not in local_patterns(BRAZIL)


def test_a_local_number_is_never_sent_as_dialled() -> None:
    assert plain_dialled("34001234", BRAZIL) == ""
    assert plain_dialled("1134001234", BRAZIL) == "1134001234"
