"""The patterns say exactly what libphonenumber's expressions say."""

import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneMetadata, PhoneNumberType

from tests.core.numbers.plans import REGIONS
from voipadmin.core.numbers.automaton import labelled_patterns
from voipadmin.core.numbers.metadata import (
    calling_code_of,
    calling_codes,
    countries_of,
    metadata_of,
    national_ranges,
    short_ranges,
)
from voipadmin.core.numbers.number import NumberKind

pytestmark = pytest.mark.slow(seconds=2)

EXPRESSIONS = [
    r"(?:[14689][1-9]|2[12478]|3[1-578])(?:7|9\d)\d{2}",
    r"1(?:00|12|28|8[015]|9[0-47-9])|4(?:57|82\d)|911",
    r"[2-9]?\d{0,3}5",
    r"(?:12){2,3}\d",
    r"\d",
]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_the_patterns_of_an_expression_match_what_it_matches_and_no_two_of_them_the_same(expression: str) -> None:
    found = [pattern for pattern, _label in labelled_patterns({"it": expression}, lambda _matched, _length: True, 6)]
    for length in range(1, 7):
        possible = [pattern for pattern in found if pattern.allows_length(length)]
        for value in range(10**length):
            digits = f"{value:0{length}d}"
            matching = sum(pattern.matches(digits) for pattern in possible)
            assert matching == (1 if re.fullmatch(expression, digits) else 0), digits


def test_other_syntax_than_that_of_digits_is_refused() -> None:
    for expression in (r"\w\d", r"1.", r"(?=1)1", r"^1"):
        with pytest.raises(ValueError, match="digits"):
            labelled_patterns({"it": expression}, lambda _matched, _length: True, 3)


KINDS = {
    PhoneNumberType.FIXED_LINE: NumberKind.FIXED,
    PhoneNumberType.MOBILE: NumberKind.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: NumberKind.FIXED_OR_MOBILE,
    PhoneNumberType.TOLL_FREE: NumberKind.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE: NumberKind.PREMIUM,
    PhoneNumberType.SHARED_COST: NumberKind.SHARED_COST,
    PhoneNumberType.VOIP: NumberKind.VOIP,
    PhoneNumberType.PERSONAL_NUMBER: NumberKind.PERSONAL,
    PhoneNumberType.PAGER: NumberKind.OTHER,
    PhoneNumberType.UAN: NumberKind.UAN,
    PhoneNumberType.VOICEMAIL: NumberKind.OTHER,
}


@st.composite
def national_numbers(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a region and a number of it: one of a pattern, of an expression of its metadata, or only of a length."""
    region = draw(st.sampled_from(REGIONS))
    metadata = metadata_of(region)
    described = [
        description.national_number_pattern
        for name in ("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "voip", "personal_number")
        if (description := getattr(metadata, name)) is not None and description.national_number_pattern
    ]
    digits = draw(
        st.one_of(
            st.sampled_from(described).flatmap(lambda text: st.from_regex(rf"\A(?:{text})\Z", alphabet="0123456789")),
            st.text(alphabet="0123456789", min_size=2, max_size=15),
        )
    )
    return region, digits


@given(national_numbers())
def test_kind_and_country_of_a_national_number_are_those_that_libphonenumber_gives(drawn: tuple[str, str]) -> None:
    region, digits = drawn
    code = metadata_of(region).country_code or 0
    zeros = len(digits) - len(digits.lstrip("0"))
    parsed = phonenumbers.PhoneNumber(
        country_code=code,
        national_number=int(digits),
        italian_leading_zero=zeros > 0,
        number_of_leading_zeros=min(zeros, len(digits) - 1) or None,
    )
    matching = [row for row in national_ranges(code) if row.pattern.matches(digits)]
    if phonenumbers.is_valid_number(parsed):
        assert [(row.kind, row.country) for row in matching] == [
            (KINDS[phonenumbers.number_type(parsed)], phonenumbers.region_code_for_number(parsed))
        ]
    else:
        assert matching == []


@given(st.sampled_from(REGIONS), st.integers(0, 99_999))
def test_a_short_number_is_an_emergency_number_where_libphonenumber_says_so(region: str, value: int) -> None:
    digits = str(value)
    metadata = PhoneMetadata.short_metadata_for_region(region, None)
    assert metadata is not None
    assert metadata.emergency is not None
    expression = metadata.emergency.national_number_pattern or "(?!)"
    matching = [row.kind for row in short_ranges(region) if row.pattern.matches(digits)]
    assert len(matching) <= 1
    assert (matching == [NumberKind.EMERGENCY]) == bool(re.fullmatch(expression, digits))


@given(st.text(alphabet="0123456789", min_size=1, max_size=15))
def test_calling_codes_are_told_by_patterns_as_by_the_table(digits: str) -> None:
    code = calling_code_of(digits)
    matching = [pattern for pattern in calling_codes("55") if pattern.matches(digits[: len(pattern.positions)])]
    assert len(matching) == (0 if code in {"", "55"} else 1)


@pytest.mark.slow
@pytest.mark.parametrize("code", [code for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE if countries_of(code)])
def test_every_countrys_expressions_become_patterns(code: int) -> None:
    for region in countries_of(code):
        example = phonenumbers.example_number(region)
        assert example is not None
        national = phonenumbers.national_significant_number(example)
        assert [row.country for row in national_ranges(code) if row.pattern.matches(national)] == [
            phonenumbers.region_code_for_number(example)
        ]
