"""Amounts as pages write them are those that Django writes."""

from decimal import Decimal

import pytest
from django.utils import formats, translation
from hypothesis import given
from hypothesis import strategies as st

from voipadmin.core.text.decimals import format_amount, format_fixed, format_money

AMOUNTS = st.decimals(min_value=Decimal(-(10**13)), max_value=Decimal(10**13), places=6)


@given(AMOUNTS, st.sampled_from(["pt-br", "en", "es", None]), st.integers(0, 6))
def test_an_amount_is_written_as_django_writes_it(value: Decimal, language: str | None, places: int) -> None:
    with translation.override(language):
        value = value.quantize(Decimal(1).scaleb(-places))
        expected = formats.number_format(value, decimal_pos=places, use_l10n=True, force_grouping=True)
        assert format_fixed(value, places) == expected
        assert format_amount(value, places) == expected


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("0.2934", "R$\u00a00,2934"),
        ("-1253.81", "-R$\u00a01.253,81"),
        ("-0.00", "R$\u00a00,00"),
        ("1E+3", "R$\u00a01.000,00"),
    ],
)
def test_money_has_the_sign_of_its_currency(value: str, written: str) -> None:
    with translation.override("pt-br"):
        assert format_money(Decimal(value), "BRL") == written
