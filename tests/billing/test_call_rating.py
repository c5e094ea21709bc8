from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from billing.rating.calls import BY_THE_SECOND, CallFacts, PricedCall, ProviderCost, price_call
from billing.rating.key_patterns import Matches
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
    number: str = "5511987654321",
    seconds: str = "60",
    provider: ProviderCost | None = CARRIER,
    is_answered: bool = True,
) -> CallFacts:
    return CallFacts(direction, number, NOW, Decimal(seconds), provider, is_answered=is_answered)


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
    priced = price_call(call(number="12125550100"), PriceBook([tariff()]))
    assert (priced.price, priced.tariff_id, priced.unrated_reason) == (None, None, "no_tariff")
    assert (priced.cost, priced.margin, priced.cost_source) == (Decimal("0.030000"), None, "provider")


def test_an_unanswered_call_costs_nothing_and_names_its_tariff() -> None:
    sold = tariff()
    priced = price_call(call(seconds="0", is_answered=False), PriceBook([sold]))
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


def test_what_is_no_number_is_unrated() -> None:
    priced = price_call(call(number=""), PriceBook([tariff("_X."), replace(tariff("_."), matches=Matches.CODE)]))
    assert priced.unrated_reason == "no_number"


def test_a_code_without_a_tariff_of_its_own_is_unrated_whatever_numbers_cost() -> None:
    # N1: and the other way round, the tariff of a code prices no number.
    police = replace(tariff("190", price="0"), matches=Matches.CODE)
    book = PriceBook([tariff("1"), tariff("_X."), police])
    assert price_call(call(number="0192"), book).unrated_reason == "no_tariff"
    assert price_call(call(number="0190"), book).tariff_id == police.id
    for number in ("19045551234", "19295551234"):
        priced = price_call(call(number=number), book)
        assert (priced.matched_pattern, priced.price, priced.cost) == ("1", Decimal("0.1000"), Decimal("0.0400"))


def test_only_an_answered_call_is_charged() -> None:
    # N70: the PBX answered before it dialled, and nobody else did.
    priced = price_call(call(is_answered=False), PriceBook([tariff()]))
    assert priced == PricedCall(unrated_reason="contradictory")
    unanswered = price_call(call(is_answered=False, seconds="0"), PriceBook([tariff()]))
    assert (unanswered.price, unanswered.cost, unanswered.billed_seconds) == (Decimal(0), Decimal(0), 0)


def test_where_no_tariff_says_how_to_count_the_carrier_is_paid_by_the_second() -> None:
    assert BY_THE_SECOND.rate(Decimal("0.60")).bands[0].increment == 1
