"""CNPJ, CPF and the postal values of addresses: check digits, one spelling, and what other countries have."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from voipadmin.core.text.postal import InvalidPostalValue, read_postal_code, read_state
from voipadmin.core.text.tax_numbers import InvalidTaxNumber, read_tax_number


@pytest.mark.parametrize(
    ("typed", "kept", "written"),
    [
        ("11.222.333/0001-81", "11222333000181", "11.222.333/0001-81"),
        (" 00000000000191 ", "00000000000191", "00.000.000/0001-91"),  # Banco do Brasil
        ("12.ABC.345/01DE-35", "12ABC34501DE35", "12.ABC.345/01DE-35"),  # Receita Federal's own example
        ("12abc34501de35", "12ABC34501DE35", "12.ABC.345/01DE-35"),
        ("529.982.247-25", "52998224725", "529.982.247-25"),
    ],
)
def test_a_number_of_brazil_is_kept_without_its_signs(typed: str, kept: str, written: str) -> None:
    number = read_tax_number(typed, "BR")
    assert (number.value, str(number)) == (kept, written)


@pytest.mark.parametrize(
    "typed",
    ["11.222.333/0001-82", "12.ABC.345/01DE-36", "111.111.111-11", "00000000000000", "5299822472", "1122233300018١",
     "12ABC34501DEAA", "", "52998224725x"],
)  # fmt: skip
def test_what_is_no_number_of_brazil_is_refused(typed: str) -> None:
    with pytest.raises(InvalidTaxNumber):
        read_tax_number(typed, "BR")


@given(place=st.integers(0, 13), wrong=st.sampled_from(string.digits + string.ascii_uppercase))
def test_one_wrong_character_of_a_cnpj_is_found(place: int, wrong: str) -> None:
    right = "12ABC34501DE35"
    assume(right[place] != wrong)
    changed = right[:place] + wrong + right[place + 1 :]
    # Characters whose codes differ by 11 count alike in the rule of Receita Federal.
    assume(place > 11 or (ord(right[place]) - ord(wrong)) % 11 != 0)
    with pytest.raises(InvalidTaxNumber):
        read_tax_number(changed, "BR")


def test_other_countries_numbers_are_taken_as_they_are_written() -> None:
    assert read_tax_number(" DE  123456789 ", "DE").value == "DE 123456789"
    assert read_tax_number("30-71234567-1", "AR").value == "30-71234567-1"
    for typed in ("<b>1</b>", "x" * 31, "-1"):
        with pytest.raises(InvalidTaxNumber):
            read_tax_number(typed, "AR")


def test_postal_codes_and_states_of_brazil_have_one_spelling() -> None:
    assert read_postal_code("01310100", "BR") == read_postal_code(" 01310-100", "BR") == "01310-100"
    assert read_state("sp", "BR") == "SP"
    assert read_postal_code("sw1a 1aa", "GB") == "SW1A 1AA"
    assert read_state("Île-de-France", "FR") == "Île-de-France"
    for read, typed in ((read_postal_code, "0131010"), (read_postal_code, "0131010x"), (read_state, "XX")):
        with pytest.raises(InvalidPostalValue):
            read(typed, "BR")
