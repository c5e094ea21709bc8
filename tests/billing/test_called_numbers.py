"""The called number of a record, and its caller's, whatever node and release wrote it."""

from datetime import date

import pytest

from billing.rating.called_numbers import number_called, origin_of
from voipadmin.core.numbers.countries import plan_of
from voipadmin.core.numbers.number import NumberKind

PLAN = plan_of("BR", date(2026, 11, 30))


@pytest.mark.parametrize(
    ("dialled", "key"),
    [
        ("11987654321", "5511987654321"),
        ("011987654321", "5511987654321"),
        ("02111987654321", "5511987654321"),
        ("5532111987654321", "5511987654321"),
        ("+5511987654321", "5511987654321"),
        ("0013055551234", "13055551234"),
        ("00351912345678", "351912345678"),
        ("190", "0190"),
        ("08001234567", "08001234567"),
        ("40041234", "040041234"),
        ("34001234", "551134001234"),
        ("987654321", "5511987654321"),
        ("00130555", ""),
        ("s", ""),
    ],
)
def test_a_plain_record_is_read_as_the_dialplan_reads(dialled: str, key: str) -> None:
    # N8: with the caller's home area.
    assert number_called("", dialled, PLAN, home_area="11").key == key


@pytest.mark.parametrize("key", ["5511987654321", "19987654321", "0190", "040041234"])
def test_where_the_node_says_the_kind_its_number_is_the_key(key: str) -> None:
    # As a national number 19987654321 is a mobile of Campinas.
    assert number_called(key, key, PLAN, home_area="11", is_key=True).key == key


@pytest.mark.parametrize(
    ("dialled", "dst", "key"),
    [
        ("5511987654321", "011987654321", "5511987654321"),
        ("190", "190", "0190"),
        ("40041234", "40041234", "040041234"),
        ("558001234567", "08001234567", "08001234567"),
        ("34001234", "34001234", "551134001234"),
        ("351912345678", "351912345678", "351912345678"),
        ("5519005551234", "19005551234", ""),
        ("1001", "1001", ""),
    ],
)
def test_a_record_of_before_is_read_by_what_the_node_made_of_it_and_what_was_dialled(
    dialled: str, dst: str, key: str
) -> None:
    assert number_called(dialled, dst, PLAN, home_area="11").key == key


def test_the_kind_and_the_country_come_with_the_number() -> None:
    police, abroad = number_called("190", "190", PLAN), number_called("13055551234", "0013055551234", PLAN)
    assert (police.kind, police.country) == (NumberKind.EMERGENCY, "BR")
    assert abroad.country == "US"


@pytest.mark.parametrize(
    ("caller", "origin"),
    [
        ("551130001055", "551130001055"),
        ("1130001055", "551130001055"),
        ("+13055551234", "13055551234"),
        ("30001055", "551930001055"),
        ("1001", "551140001000"),
        ("anonymous", "551140001000"),
        ("190", "551140001000"),
        ("", "551140001000"),
    ],
)
def test_the_origin_is_the_callers_number_or_else_that_of_its_customer(caller: str, origin: str) -> None:
    assert origin_of(caller, "551140001000", PLAN, home_area="19") == origin


def test_a_caller_without_any_number_has_no_origin() -> None:
    assert origin_of("1001", "", PLAN) == ""
