"""Numbers as carriers and customers write them."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.models import CallerIdRule, NumberFormat
from routing.numbers import (
    AUTOMATIC,
    NATIONAL,
    Rewriting,
    country_of,
    normalise_dialled,
    normalise_incoming,
    present_caller_id,
    rewrite_number,
    without_carrier,
)
from tests.core.numbers.plans import BRAZIL

AREAS = ["11", "21", "48", "53", "54", "55", "85", "99"]


@st.composite
def national_numbers(draw: st.DrawFn) -> str:
    """Draw a Brazilian landline or mobile with its area code."""
    area = draw(st.sampled_from(AREAS))
    if draw(st.booleans()):
        return area + "9" + draw(st.from_regex(r"\A[6-9][0-9]{7}\Z"))
    return area + draw(st.from_regex(r"\A[2-5][0-9]{7}\Z"))


@given(national_numbers(), st.sampled_from(NumberFormat))
def test_an_international_number_is_read_alike_in_every_format(national: str, number_format: str) -> None:
    for written in (f"+55{national}", f"0055{national}", f"55{national}"):
        assert normalise_incoming(written, number_format, "BR") == f"55{national}"


@given(national_numbers(), st.sampled_from([NATIONAL, "trunk_zero"]))
def test_a_national_number_gets_the_country_in_front(national: str, number_format: str) -> None:
    assert normalise_incoming(national, number_format, "BR") == f"55{national}"
    assert normalise_incoming(f"0{national}", number_format, "BR") == f"55{national}"


@given(national_numbers())
def test_what_a_customer_dials_is_read_as_the_numbering_plan_reads_it(national: str) -> None:
    for written in (national, f"0{national}", f"+55{national}"):
        parsed = phonenumbers.parse(written, "BR")
        assert normalise_dialled(written, "BR") == f"{parsed.country_code}{parsed.national_number}"


@given(
    national_numbers(), st.sampled_from(["14", "15", "21", "31", "41", "99"]), st.sampled_from([AUTOMATIC, NATIONAL])
)
def test_the_carrier_that_a_caller_selects_is_no_part_of_the_number(national: str, carrier: str, written: str) -> None:
    parsed = phonenumbers.parse(f"0{carrier}{national}", "BR")
    normal = normalise_incoming(f"0{carrier}{national}", written, "BR")
    assert normal == f"55{national}" == f"{parsed.country_code}{parsed.national_number}"


@given(national_numbers(), st.from_regex(r"\A55[0-9]{3}\Z"), st.sampled_from([AUTOMATIC, NATIONAL, "trunk_zero"]))
def test_who_serves_a_ported_number_is_no_part_of_it(national: str, rn1: str, written: str) -> None:
    assert normalise_incoming(rn1 + national, written, "BR") == f"55{national}"


def test_behind_00_comes_a_country_and_no_carrier() -> None:
    assert normalise_dialled("0021321234567", "BR") == "21321234567"


def test_another_country_knows_no_carriers_of_brazil() -> None:
    assert normalise_dialled("02111987654321", "PT") == "3512111987654321"
    assert without_carrier("02111987654321", "PT") == "02111987654321"


def test_area_55_is_ambiguous_and_the_gateway_decides() -> None:
    assert normalise_incoming("5532211234", NATIONAL, "BR") == "555532211234"
    assert normalise_incoming("5532211234", AUTOMATIC, "BR") == "5532211234"


@pytest.mark.parametrize("short", ["190", "10315", "40041234"])
def test_short_numbers_stay_as_they_are(short: str) -> None:
    assert {normalise_incoming(short, number_format, "BR") for number_format in NumberFormat} == {short}


def test_another_country_has_its_own_code_and_lengths() -> None:
    assert country_of("PT").code == "351"
    assert normalise_dialled("212345678", "PT") == "351212345678"
    with pytest.raises(ValueError, match="XX"):
        country_of("XX")


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
