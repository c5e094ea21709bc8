"""What a carrier's prefix is sold for, by prefixes and by patterns."""

from decimal import Decimal

import pytest

from billing.decks.comparison.selling import SellPrices, Sold

SOLD = SellPrices(
    Sold(pattern, plan, Decimal(price))
    for pattern, plan, price in (
        ("54", "", "0.42"), ("549", "", "0.79"), ("549", "", "0.69"),
        ("_55ZZ9XXXXXXXX", "", "0.24"), ("_559[27]9XXXXXXXX", "", "0.175"), ("_55ZZ[2-5]XXXXXXX", "", "0.095"),
        ("_55119XXXXXXXX", "wholesale", "0.152"), ("_598.", "", "0.69"), ("_4004XXXX", "", "0.08"),
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("prefix", "cost", "sold_for"),
    [
        ("54", "0.42", None),
        ("54", "0.43", "0.42"),
        ("5411", "0.50", "0.42"),
        ("54911", "0.70", "0.69"),
        ("1", "9", None),
        ("55929", "0.18", "0.175"),
        ("55939", "0.18", None),
        ("55939", "0.25", "0.24"),
        ("5593", "0.10", "0.095"),
        ("55119", "0.16", "0.152"),
        ("55119", "0.15", None),
        ("5598", "0.70", "0.095"),
        ("59899", "0.70", "0.69"),
        ("40041234567", "9", None),
    ],
)
def test_a_prefix_is_held_against_what_its_numbers_sell_for(prefix: str, cost: str, sold_for: str | None) -> None:
    assert SOLD.below(prefix, Decimal(cost)) == (None if sold_for is None else Decimal(sold_for))


def test_a_pattern_for_one_service_is_no_price_of_the_country_that_it_is_in() -> None:
    sold = SellPrices([Sold("_55800XXXXXXX", "", Decimal(0))])
    assert sold.below("55", Decimal("0.05")) is None
    assert sold.below("55800", Decimal("0.05")) == 0


@pytest.mark.parametrize(("pattern", "sold_for"), [("103", None), ("10315", "0.08")])
def test_a_code_of_three_digits_is_not_held_against_the_price_of_longer_ones(
    pattern: str, sold_for: str | None
) -> None:
    sold = SellPrices([Sold("_103XX", "", Decimal("0.08"), "code")])
    assert sold.below(pattern, Decimal("0.10"), "code") == (None if sold_for is None else Decimal(sold_for))
