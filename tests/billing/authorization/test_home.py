"""Which numbers stay at home: what the dialplan need not ask about, and what it always has to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.authorization.destinations import country_of_number, is_high_risk
from billing.authorization.home import home_rules, stays_home
from routing.numbers import normalise_dialled

RISKY = ("881", "5511300", "5567")


@pytest.mark.parametrize(
    "dialled",
    ["190", "011987654321", "1133334444", "+5521987654321", "08001234567", "40041234", "30041234", "4020-1234"],
)
def test_the_country_and_its_services_are_home(dialled: str) -> None:
    number = normalise_dialled(dialled.replace("-", ""), "BR")
    assert stays_home(number, "BR", RISKY)
    assert country_of_number(number, "BR") == "BR"


@pytest.mark.parametrize(
    "dialled",
    [
        "0012125551234", "+881612345678", "0900123456", "0500123456", "01130001000", "06732123456", "442071234567",
        "24712345", "005500442071234567", "0090900123456", "1+2",
    ],
)  # fmt: skip
def test_other_countries_premium_numbers_high_risk_prefixes_and_what_nobody_knows_are_not(dialled: str) -> None:
    assert not stays_home(normalise_dialled(dialled, "BR"), "BR", RISKY)


def test_a_prefix_that_is_longer_or_shorter_than_a_block_of_numbers_counts() -> None:
    for prefix in ("55", "551", "5511", "551198765", "5511987654321"):
        assert not stays_home("5511987654321", "BR", (prefix,))
        assert stays_home("5511987654321", "BR", (f"{prefix[:-1]}0",)) is not prefix.endswith("0")


def test_what_is_no_prefix_counts_for_nothing() -> None:
    assert home_rules("BR", ("+5511", "55x", "5511;")) == home_rules("BR", ())


def test_a_code_of_several_countries_is_nobodys_home() -> None:
    assert not stays_home("12125551234", "US", ())
    assert stays_home("911", "US", ())


def test_a_country_whose_numbers_begin_with_zero_is_home_too() -> None:
    assert stays_home("2250701020304", "CI", ())


@given(st.one_of(st.integers(10**6, 10**14).map(str), st.integers(10**5, 10**12).map(lambda rest: f"55{rest}")))
def test_what_is_at_home_is_in_the_country_and_not_at_high_risk(number: str) -> None:
    if stays_home(number, "BR", RISKY):
        assert country_of_number(number, "BR") == "BR"
        assert not is_high_risk(number, RISKY)
