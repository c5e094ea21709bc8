"""Numbers in the groups in which people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voipadmin.core.numbers.grouping import groups_of


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("551140001000", ("55", "11", "4000", "1000")),
        ("+5511987654321", ("55", "11", "98765", "4321")),
        ("14155550100", ("1", "415", "555", "0100")),
        ("442071838750", ("44", "20", "7183", "8750")),
    ],
)
def test_a_number_is_read_in_the_groups_of_its_country(text: str, groups: tuple[str, ...]) -> None:
    assert groups_of(text) == groups


@pytest.mark.parametrize(
    "text", ["1001", "190", "0190", "08001234567", "anonymous", "", "5511", "999999999999999", "+"]
)
def test_what_is_no_number_of_a_known_length_stays_as_it_is(text: str) -> None:
    assert groups_of(text) == ()


@given(st.from_regex(r"[1-9][0-9]{5,15}", fullmatch=True))
@pytest.mark.slow(seconds=0.3)
def test_groups_lose_and_add_no_digit(text: str) -> None:
    groups = groups_of(text)
    assert groups == () or "".join(groups) == text
