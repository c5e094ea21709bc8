from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from billing.rating.calls import BY_THE_SECOND, CallFacts, ProviderCost, price_call
from billing.rating.price_book import Cadence, PriceBook, PricedTariff

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BRAZILIAN = Cadence(30, 6, 3, "half_up", 4)
CARRIER = ProviderCost(Decimal("0.03"), "BRL")


def tariff(
    pattern: str = "55", *, cost: str | None = "0.04", currency: str = "BRL", price: str = "0.10"
) -> PricedTariff:
    sell = BRAZILIAN.rate(Decimal(price))
    buy = None if cost is None else BRAZILIAN.rate(Decimal(cost))
    since = NOW - timedelta(days=1)
    return PricedTariff(uuid4(), pattern, since, None, currency, BRAZILIAN, sell, buy, str(sell))


def call(
    direction: str = "outbound",
    *,
    numbers: tuple[str, ...] = ("5511987654321",),
    seconds: str = "60",
    provider: ProviderCost | None = CARRIER,
) -> CallFacts:
    return CallFacts(direction, numbers, NOW, Decimal(seconds), provider)


def test_an_outgoing_call_has_price_cost_and_margin() -> None:
    sold = tariff()
    priced = price_call(call(), PriceBook([sold]))
    assert (priced.price, priced.cost, priced.margin) == (Decimal("0.1000"), Decimal("0.0400"), Decimal("0.0600"))
    assert (priced.tariff_id, priced.matched_pattern, priced.billed_seconds) == (sold.id, "55", 60)
    assert (priced.currency, priced.cost_currency, priced.cost_source) == ("BRL", "BRL", "tariff")
    assert priced.applied_rate == "0:0.1/60/30 30:0.1/60/6, free 3, half_up 4"
    assert priced.unrated_reason == ""


def test_the_carriers_minute_is_the_cost_where_the_tariff_names_none() -> None:
    priced = price_call(call(), PriceBook([tariff(cost=None)]))
    assert (priced.cost, priced.cost_source) == (Decimal("0.0300"), "provider")


def test_without_a_carrier_the_cost_is_unknown_and_so_is_the_margin() -> None:
    priced = price_call(call(provider=None), PriceBook([tariff(cost=None)]))
    assert priced.price == Decimal("0.1000")
    assert (priced.cost, priced.margin, priced.cost_source, priced.cost_currency) == (None, None, "none", "")


def test_two_currencies_have_no_margin() -> None:
    priced = price_call(call(), PriceBook([tariff(cost=None, currency="USD")]))
    assert (priced.currency, priced.cost_currency, priced.margin) == ("USD", "BRL", None)
    assert priced.cost == Decimal("0.0300")


def test_a_call_without_a_tariff_is_unrated_and_not_free() -> None:
    priced = price_call(call(numbers=("12125550100",)), PriceBook([tariff()]))
    assert (priced.price, priced.tariff_id, priced.unrated_reason) == (None, None, "no_tariff")
    assert (priced.cost, priced.margin, priced.cost_source) == (Decimal("0.030000"), None, "provider")


def test_an_unanswered_call_costs_nothing_and_names_its_tariff() -> None:
    sold = tariff()
    priced = price_call(call(seconds="0"), PriceBook([sold]))
    assert (priced.tariff_id, priced.billed_seconds) == (sold.id, 0)
    assert priced.price == priced.cost == priced.margin == 0


@pytest.mark.parametrize(
    ("direction", "reason"),
    [("inbound", "inbound"), ("internal", "internal"), ("unknown", "direction"), ("", "direction")],
)
def test_only_outgoing_calls_are_charged(direction: str, reason: str) -> None:
    priced = price_call(call(direction), PriceBook([tariff()]))
    assert (priced.price, priced.cost, priced.unrated_reason) == (None, None, reason)


def test_a_loss_is_a_negative_margin() -> None:
    assert price_call(call(), PriceBook([tariff(cost="0.15")])).margin == Decimal("-0.0500")


@pytest.mark.parametrize("numbers", [(), ("",), ("anonymous", "s")])
def test_what_is_no_number_is_unrated(numbers: tuple[str, ...]) -> None:
    assert price_call(call(numbers=numbers), PriceBook([tariff()])).unrated_reason == "no_number"


def test_the_number_as_it_was_dialled_is_tried_after_its_normal_form() -> None:
    national, normal = tariff("_0ZZ."), tariff("5511")
    numbers = ("5511987654321", "011987654321")
    assert price_call(call(numbers=numbers), PriceBook([national, normal])).tariff_id == normal.id
    assert price_call(call(numbers=numbers), PriceBook([national])).tariff_id == national.id
    assert price_call(call(numbers=("+5511987654321",)), PriceBook([normal])).tariff_id == normal.id


def test_where_no_tariff_says_how_to_count_the_carrier_is_paid_by_the_second() -> None:
    assert BY_THE_SECOND.rate(Decimal("0.60")).bands[0].increment == 1
