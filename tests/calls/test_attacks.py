"""Attacks on money, through a real Asterisk and the real service.

`AUTHORIZED_CALLS=500 AUTHORIZED_TIMES=10 pytest tests/calls/test_attacks.py` makes the large ones.
"""

import math
import os
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from billing.models import RefusedCall
from billing.rating.durations import rate_duration
from billing.tariffs.loader import priced_tariff
from tests.calls.authorized import authorizer, prepaid, terms
from tests.calls.exchange import Carrier, Exchange, Trunk
from tests.factories.billing import TariffFactory

pytestmark = pytest.mark.usefixtures("authorizer_address")

CALLS = int(os.environ.get("AUTHORIZED_CALLS", "60"))
TIMES = int(os.environ.get("AUTHORIZED_TIMES", "2"))
PREMIUM, SATELLITE = "0019005551234", "00881612345678"
SECONDS_BETWEEN = 2.67


@pytest.fixture
def vivo(exchange: Exchange) -> Carrier:
    found = exchange.carrier("GW_Vivo_SP", channel_limit=1000)
    exchange.route("_X.", found)
    return found


@pytest.fixture
def acme(exchange: Exchange, vivo: Carrier) -> Trunk:
    return exchange.trunk("ACME", channel_limit=1000, calls_per_second=1000)


@pytest.mark.parametrize("attempt", range(TIMES))
def test_of_many_calls_at_once_with_funds_for_10_never_more_than_10_get_through(
    exchange: Exchange, vivo: Carrier, acme: Trunk, attempt: int
) -> None:
    TariffFactory.create(
        pattern="55", price_per_minute=Decimal(60), initial_block_seconds=1, increment_seconds=1, free_seconds=0
    )
    prepaid(acme.customer, 300)
    exchange.apply()
    with authorizer(AUTHORIZER_SLICE_SECONDS="30"):
        outcome = exchange.call(acme, "011987654321", count=CALLS, rate=100, hold_ms=CALLS * 10 + 8000)
        assert len(vivo.numbers) == 10
        assert outcome.trace.statuses().count(403) == CALLS - 10


def test_premium_calls_one_after_the_other_cost_no_more_than_the_cap_and_an_increment_for_each_channel(
    exchange: Exchange, vivo: Carrier, acme: Trunk
) -> None:
    # N29
    tariff = TariffFactory.create(
        pattern="1900", price_per_minute=Decimal(60), initial_block_seconds=6, increment_seconds=6, free_seconds=0
    )
    cap, increment = Decimal(60), Decimal(6)
    account = terms(acme.customer, hourly_cap=cap, allows_high_risk=True, allowed_countries=["BR", "US"])
    exchange.apply()
    with authorizer(AUTHORIZER_SLICE_SECONDS="6", VELOCITY_RANGE_CALLS="0"), ThreadPoolExecutor(10) as callers:
        for _ in range(10):
            callers.submit(exchange.call, acme, PREMIUM, waits_for_bye=True, hold_ms=60_000)
            time.sleep(SECONDS_BETWEEN)
        exchange.asterisk.wait_for("core show channels count", "0 active calls", 10)
        time.sleep(3)
    exchange.cdrs.wait(10)
    lasted = [math.ceil(float(record["billsec"])) for record in exchange.cdrs.records()]
    rate = priced_tariff(tariff).sell
    cost = sum(rate_duration(rate, seconds).amount for seconds in lasted)
    channels = sum(seconds > 0 for seconds in lasted)
    assert cap / 2 < cost <= cap + increment * channels
    account.refresh_from_db()
    assert account.blocked_at is not None
    assert account.blocked_reason.startswith("cap")
    assert RefusedCall.objects.filter(customer=acme.customer, reason__in=["cap", "blocked"]).exists()


def test_calls_to_a_high_risk_range_that_follow_too_fast_stop_the_customer_and_end_its_calls(
    exchange: Exchange, vivo: Carrier, acme: Trunk, settings: Any
) -> None:
    TariffFactory.create(pattern="1900", price_per_minute=Decimal(1))
    account = terms(acme.customer, allows_high_risk=True, allowed_countries=["BR", "US"])
    exchange.apply()
    with authorizer(VELOCITY_RANGE_CALLS="3"):
        began = time.monotonic()
        exchange.call(acme, PREMIUM, count=4, rate=4, hold_ms=30_000, waits_for_bye=True)
        exchange.asterisk.wait_for("core show channels count", "0 active calls", 10)
        assert time.monotonic() - began < 11
        assert exchange.call(acme, PREMIUM).cause == 21
    assert len(vivo.numbers) == 3
    account.refresh_from_db()
    assert "4 calls a minute to 190055, limit 3" in account.blocked_reason
    assert "19005551234" in account.blocked_reason


def test_the_countries_of_a_customer_without_any_limit_hold_too_where_all_are_asked_about(
    exchange: Exchange, vivo: Carrier, acme: Trunk, settings: Any
) -> None:
    exchange.apply()
    with authorizer():
        assert exchange.call(acme, "0012125551234").cause == 57
    assert vivo.numbers == []
