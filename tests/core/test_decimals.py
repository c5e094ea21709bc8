"""Decimal numbers as people type them: one rule, two languages, nothing guessed."""

from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from voipadmin.core.text.decimals import (
    NotANumber,
    decimal_sign,
    decimals_of,
    format_money,
    readings_of,
    without_currency,
    write_decimal,
)

COMMA, POINT = ",", "."
OTHER = {COMMA: POINT, POINT: COMMA}
LANGUAGES = ("pt-br", "en", "es")
signs = st.sampled_from([COMMA, POINT])
amounts = st.decimals(-(10**13), 10**13, places=6, allow_nan=False)


def one(text: str, sign: str) -> Decimal:
    (reading,) = readings_of(text, sign)
    return reading


@pytest.mark.parametrize("sign", [COMMA, POINT])
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0,05", "0.05"), ("0.05", "0.05"), (",05", "0.05"), (".5", "0.5"), ("5", "5"), ("1250", "1250"),
        ("1.250,50", "1250.5"), ("1,250.50", "1250.5"), ("1 250,50", "1250.5"), ("1 250", "1250"),
        ("1.234.567.890,12", "1234567890.12"), ("1,234,567,890.12", "1234567890.12"), ("1.234.567", "1234567"),
        ("1,234,567", "1234567"), ("0,125", "0.125"), ("0.125", "0.125"), ("1250.500", "1250.5"), ("1,25", "1.25"),
        ("1.2500", "1.25"), ("1250,5", "1250.5"), ("-0,05", "-0.05"), ("\u22120,05", "-0.05"), ("+3", "3"),
        ("  7,5\u00a0", "7.5"), ("1\u00a0250,5", "1250.5"), ("1.250,500", "1250.5"), ("007", "7"),
    ],
)  # fmt: skip
def test_what_can_be_one_number_is_it_in_every_language(text: str, value: str, sign: str) -> None:
    assert one(text, sign) == Decimal(value)


@pytest.mark.parametrize(("text", "sign"), [("1.250", COMMA), ("1,250", POINT), ("12.000", COMMA), ("123,456", POINT)])
def test_three_digits_after_the_other_sign_are_two_numbers(text: str, sign: str) -> None:
    as_decimal = Decimal(text.replace(",", "."))
    assert readings_of(text, sign) == (as_decimal, as_decimal * 1000)


@pytest.mark.parametrize(("text", "sign"), [("1,250", COMMA), ("1.250", POINT)])
def test_three_digits_after_the_languages_own_sign_are_decimals(text: str, sign: str) -> None:
    assert one(text, sign) == Decimal("1.25")


@pytest.mark.parametrize(
    "text",
    [
        "", " ", ".", ",", "-", "1.", "1,", "1..2", "1.2.3", "1.25,50", "12.50,00", "1.250,50,5", "1,250.50.5", "1 25",
        "1.2 3", "1 250.5,5", "0.250,50", "5x", "1e3", "0x10", "½", "٣", "1'250", "--5", "5-", "(5)", "NaN", "inf",
        "1_000", "9" * 41, "1.2500,5", "1.250.50",
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused(text: str) -> None:
    for sign in (COMMA, POINT):
        with pytest.raises(NotANumber):
            readings_of(text, sign)


@given(amounts, signs)
def test_an_amount_with_groups_is_read_whatever_the_language(value: Decimal, sign: str) -> None:
    english = f"{value:,.6f}"
    swapped = english.translate(str.maketrans(",.", ".,"))
    assert one(english, sign) == one(swapped, sign) == value


@given(amounts, st.sampled_from(LANGUAGES))
def test_what_a_form_writes_is_read_back_as_the_same_number(value: Decimal, language: str) -> None:
    with translation.override(language):
        assert one(write_decimal(value, 2), decimal_sign()) == value


@given(amounts, st.sampled_from(LANGUAGES), st.sampled_from(LANGUAGES))
def test_what_one_language_writes_is_never_read_as_another_number_alone(value: Decimal, to: str, back: str) -> None:
    with translation.override(to):
        text = write_decimal(value, 2)
    with translation.override(back):
        assert value in readings_of(text, decimal_sign())


@given(st.text(st.sampled_from("0123456789.,-+ \u00a0Rx"), max_size=14), signs)
def test_any_text_is_one_number_two_or_none(text: str, sign: str) -> None:
    try:
        readings = readings_of(text, sign)
    except NotANumber:
        return
    digits = int("".join(filter(str.isdigit, text)))
    assert 1 <= len(readings) <= 2
    assert len(set(readings)) == len(readings)
    for reading in readings:
        assert reading.is_finite()
        assert abs(int(reading.scaleb(-int(reading.as_tuple().exponent)))) == digits


@given(st.integers(1, 999), st.integers(0, 999), signs)
def test_only_a_group_of_three_behind_the_other_sign_is_two_numbers(whole: int, rest: int, sign: str) -> None:
    assert len(readings_of(f"{whole}{OTHER[sign]}{rest:03}", sign)) == 2
    assert len(readings_of(f"{whole}{sign}{rest:03}", sign)) == 1


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("R$ 0,05", ("0,05", "R$")), ("-R$ 5", ("-5", "R$")), ("R$ -5", ("-5", "R$")), ("5 EUR", ("5", "EUR")),
        ("US$1,250.50", ("1,250.50", "US$")), ("1 250,00 €", ("1 250,00", "€")), ("0,05", ("0,05", "")),
        ("abc", ("", "abc")), ("5x5", ("5x5", "")),
    ],
)  # fmt: skip
def test_a_currency_is_told_apart_from_its_amount(text: str, split: tuple[str, str]) -> None:
    number, currency = without_currency(text)
    assert (number.strip(), currency) == split


def test_an_amount_between_two_currencies_is_none() -> None:
    with pytest.raises(NotANumber):
        without_currency("R$ 5 USD")


@pytest.mark.parametrize(
    ("language", "value", "currency", "written"),
    [
        ("pt-br", "1250.5", "BRL", "R$ 1.250,50"), ("en", "1250.5", "BRL", "R$ 1,250.50"),
        ("pt-br", "0.05", "USD", "US$ 0,05"), ("pt-br", "-0.000001", "EUR", "-€ 0,000001"),
        ("en", "5", "CHF", "CHF 5.00"), ("en", "5", "", "5.00"), ("pt-br", "1000000", "BRL", "R$ 1.000.000,00"),
    ],
)  # fmt: skip
def test_money_is_written_in_the_language_of_the_page(language: str, value: str, currency: str, written: str) -> None:
    with translation.override(language):
        assert format_money(Decimal(value), currency) == written.replace(" ", "\u00a0")


@pytest.mark.parametrize(
    ("language", "value", "currency", "places", "written"),
    [
        ("pt-br", "-22.8863", "BRL", 4, "-R$ 22,8863"), ("pt-br", "-29.25", "BRL", 4, "-R$ 29,2500"),
        ("pt-br", "1253.805", "BRL", 2, "R$ 1.253,81"), ("pt-br", "-0.004", "BRL", 2, "R$ 0,00"),
        ("en", "1234567890.12", "", 2, "1,234,567,890.12"), ("pt-br", "1500", "JPY", 0, "JPY 1.500"),
    ],
)  # fmt: skip
def test_amounts_of_a_column_have_the_same_decimals(
    language: str, value: str, currency: str, places: int, written: str
) -> None:
    # I13
    with translation.override(language):
        assert format_money(Decimal(value), currency, places) == written.replace(" ", "\u00a0")


def test_currencies_without_cents_have_none() -> None:
    assert [decimals_of(code) for code in ("BRL", "CLP", "KWD", "XXX")] == [2, 0, 3, 2]
