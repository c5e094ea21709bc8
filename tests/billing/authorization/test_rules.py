"""Who may call where, for how long, and over whom."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.conf import LazySettings
from hypothesis import given
from hypothesis import strategies as st

from billing.authorization.facts.rule_cache import classify
from billing.authorization.holds.sweeper import AccountSpending
from billing.authorization.rules.call_rules import affordable, covered, examine, reached_cap, shortest, slice_of
from billing.authorization.rules.values import (
    AuthorizationRefusal,
    CallRequest,
    ClassifiedCall,
    Permit,
    RefusalReason,
    Slice,
)
from billing.rating.durations import Band, Rate, rate_duration, simple_rate
from tests.billing.authorization.values import CALL, carrier, price, route_carriers, rules
from tests.core.numbers.plans import BRAZIL

MINUTE = 60
SELL = price("0.10", initial_block=30, increment=6, free_seconds=3)


def classified(key: str) -> ClassifiedCall:
    """What the rules are told of a number."""
    return classify(CallRequest(UUID(int=1), key, CALL.at), BRAZIL)


def verdict(**fields: Any) -> AuthorizationRefusal | Permit:
    """What is said of an ordinary call with something about it changed."""
    values: dict[str, Any] = {
        "call": CALL,
        "rules": rules(),
        "price": SELL,
        "routes": [route_carriers(carrier("GW_A"))],
    } | fields
    return examine(**values, expected_seconds=180)


def test_an_ordinary_call_is_let_through_by_its_carriers_in_their_order() -> None:
    its_route = route_carriers(carrier("GW_B", "0.07"), carrier("GW_A", "0.02"))
    assert verdict(routes=[its_route]) == Permit((SELL.rate,), (its_route,), 7200)


@pytest.mark.parametrize(
    ("fields", "reason", "cause"),
    [
        ({"rules": rules(active=False)}, RefusalReason.INACTIVE, 21),
        ({"rules": rules(blocked=True)}, RefusalReason.BLOCKED, 21),
        ({"call": replace(CALL, country="CU")}, RefusalReason.COUNTRY, 57),
        ({"call": replace(CALL, country=None)}, RefusalReason.COUNTRY, 57),
        ({"call": replace(CALL, is_high_risk=True)}, RefusalReason.HIGH_RISK, 57),
        ({"price": None}, RefusalReason.NO_RATE, 3),
        ({"price": price("0.10", "USD")}, RefusalReason.CURRENCY, 3),
        ({"routes": [route_carriers(carrier("GW_A", None))]}, RefusalReason.NO_CARRIER, 3),
        ({"routes": [route_carriers(carrier("GW_A", "0.11"))]}, RefusalReason.LOSS, 3),
    ],
)
def test_each_rule_refuses_with_its_reason_and_cause(fields: dict[str, Any], reason: RefusalReason, cause: int) -> None:
    refusal = verdict(**fields)
    assert isinstance(refusal, AuthorizationRefusal)
    assert (refusal.reason, refusal.cause) == (reason, cause)


def test_the_first_rule_that_is_broken_names_the_reason() -> None:
    refusal = verdict(rules=rules(blocked=True), call=replace(CALL, country="CU"), price=None)
    assert isinstance(refusal, AuthorizationRefusal)
    assert refusal.reason is RefusalReason.BLOCKED


def test_what_is_allowed_to_a_customer_is_let_through() -> None:
    assert isinstance(
        verdict(
            call=replace(CALL, country="CU", is_high_risk=True),
            rules=rules(allowed_countries=frozenset({"BR", "CU"}), allows_high_risk=True, allows_loss=True),
            routes=[route_carriers(carrier("GW_A", "5"))],
        ),
        Permit,
    )


def test_a_carrier_that_loses_is_left_out_where_another_does_not() -> None:
    its_route = route_carriers(carrier("GW_Dear", "0.2"), carrier("GW_Unknown", None), carrier("GW_Cheap", "0.01"))
    found = verdict(routes=[its_route])
    assert isinstance(found, Permit)
    told = [([left.gateway for left in each.carriers], each.differs_from_dialplan) for each in found.routes]
    assert told == [(["GW_Cheap"], True)]


def test_the_first_slice_is_as_long_as_was_asked_for_but_one_increment_at_least() -> None:
    by_minutes = simple_rate(per_minute=Decimal("0.5"), initial_block=60, increment=60)
    assert slice_of((by_minutes,), 10, 7200).seconds == MINUTE
    assert slice_of((by_minutes,), 90, 7200).amount == Decimal(1)
    assert slice_of((by_minutes,), 90, 61).seconds == 61


rates = st.builds(
    lambda first, then, initial, increment, fee, free: Rate(
        (Band(0, first, MINUTE, initial), Band(initial, then, MINUTE, increment)), fee, free
    ),
    *[st.decimals(0, 3, places=4)] * 2,
    *[st.integers(1, 60)] * 2,
    st.decimals(0, 1, places=2),
    st.integers(0, 10),
)


@given(st.lists(rates, min_size=1, max_size=3).map(tuple), st.decimals(0, 50, places=4), st.integers(60, 20_000))
@pytest.mark.slow(seconds=0.3)
def test_funds_pay_for_the_longest_call_that_they_pay_for_and_not_for_a_second_more(
    its_rates: tuple[Rate, ...], funds: Decimal, longest: int
) -> None:
    def dearest(seconds: int) -> Decimal:
        return max(rate_duration(rate, seconds).amount for rate in its_rates)

    found = affordable(its_rates, funds, longest)
    if found is None:
        assert shortest(its_rates) > longest or dearest(shortest(its_rates)) > funds
        return
    assert found.amount == dearest(found.seconds) <= funds
    assert found.seconds == longest or dearest(found.seconds + 1) > funds


def test_what_is_held_for_a_call_that_may_not_last_a_whole_block_covers_all_of_its_seconds() -> None:
    dear, cheap = (simple_rate(per_minute=Decimal(price), initial_block=60) for price in (6, 1))
    held = slice_of((dear, cheap), 60, 20)
    assert (held.seconds, held.amount) == (20, Decimal(6))
    assert covered((cheap,), held) == Slice(20, Decimal(1), str(cheap))
    by_second = simple_rate(per_minute=Decimal(36))
    assert covered((by_second,), held).seconds == 10
    assert covered((simple_rate(per_minute=Decimal(60), initial_block=60),), held).seconds == 0


@pytest.mark.parametrize(
    ("hour", "day", "held", "said"),
    [(99, 900, 0, ""), (60, 900, 40, "hour"), (0, 900, 99, ""), (5, 950, 50, "day"), (100, 100, 0, "hour")],
)
def test_caps_count_what_is_settled_and_what_is_held(hour: int, day: int, held: int, said: str) -> None:
    assert reached_cap(rules(), hour=Decimal(hour), day=Decimal(day), held=Decimal(held)) == said


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("5511987654321", "BR"), ("0190", "BR"), ("5353123456", "CU"), ("12125551234", "US"), ("14165550000", "CA"),
        ("881612345678", None), ("99999999999", None),
    ],
)  # fmt: skip
def test_a_number_is_where_the_worlds_numbering_plan_puts_it(number: str, country: str | None) -> None:
    assert classified(number).country == country


@pytest.mark.parametrize(
    ("number", "risky"),
    [("881612345678", True), ("447024000000", True), ("5511987654321", False), ("19005551234", True), ("0190", False)],
)
def test_premium_and_satellite_numbers_are_high_risk(number: str, risky: bool, settings: LazySettings) -> None:
    settings.HIGH_RISK_PREFIXES = ["881", "882"]
    assert classified(number).is_high_risk is risky


def test_the_reason_of_a_stop_tells_what_is_settled_and_what_is_held_of_each_cap() -> None:
    spending = AccountSpending(hour=Decimal(12), day=Decimal(40), held=Decimal("60.5"))
    assert spending.shown_against(rules(hourly_cap=Decimal(60), daily_cap=Decimal(10_000))) == (
        "last hour: 12.00 settled and 60.50 held of 60.00 BRL, last day: 40.00 settled and 60.50 held of 10000.00 BRL"
    )
