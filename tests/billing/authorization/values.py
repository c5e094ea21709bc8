"""Account rules, calls and carriers for tests."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from billing.authorization.rules.values import (
    AccountRules,
    Carrier,
    CarrierSelection,
    ClassifiedCall,
    Price,
    RouteCarriers,
)
from billing.rating.durations import simple_rate

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
RULES = AccountRules(
    customer_id=UUID(int=1),
    account_id=UUID(int=2),
    code="ACME",
    currency="BRL",
    active=True,
    blocked=False,
    limits_credit=True,
    allowed_countries=frozenset({"BR"}),
    allows_high_risk=False,
    allows_loss=False,
    hourly_cap=Decimal(100),
    daily_cap=Decimal(1000),
    longest_seconds=7200,
)
CALL = ClassifiedCall("5511987654321", "BR", is_high_risk=False, at=NOON)


def rules(**fields: Any) -> AccountRules:
    return replace(RULES, **fields)


def price(per_minute: str, currency: str = "BRL", **fields: Any) -> Price:
    return Price(simple_rate(per_minute=Decimal(per_minute), **fields), currency)


def carrier(gateway: str, per_minute: str | None = "0.05", weight: int = 100, currency: str = "BRL") -> Carrier:
    return Carrier(gateway, weight, None if per_minute is None else price(per_minute, currency))


def route_carriers(
    *carriers: Carrier, selection: CarrierSelection = CarrierSelection.ORDER, route: int = 1
) -> RouteCarriers:
    return RouteCarriers(UUID(int=route), selection, carriers)
