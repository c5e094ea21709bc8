"""What is kept in memory prices calls as rating does, follows every change, and never reads the database when asked."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from billing.accounts.ledger import account_of
from billing.authorization.facts.rule_cache import RuleCache
from billing.authorization.rules.values import AuthorizationRefusal, CallRequest, Permit, RefusalReason
from billing.models import Account, BuyRate, RatePlan
from customers.models import Customer
from routing.models import GatewaySelection, Route
from tests.factories.billing import BuyRateFactory, CdrFactory, TariffFactory
from tests.factories.customers import CustomerFactory
from tests.factories.routing import GatewayFactory, RouteFactory

pytestmark = pytest.mark.django_db
DIALLED, NUMBER = "011987654321", "5511987654321"


@pytest.fixture
def acme() -> Customer:
    return CustomerFactory.create(code="ACME", caller_id_number="551140001000")


def priced_route(*names: str, **fields: Any) -> Route:
    return RouteFactory.create(pattern="_0X.", gateways=[GatewayFactory.create(name=name) for name in names], **fields)


def ask(cache: RuleCache, customer: Customer, caller: str = "") -> AuthorizationRefusal | Permit:
    """Ask twice, and see that neither reads anything."""
    request = CallRequest(customer.pk, NUMBER, timezone.now(), caller)
    with CaptureQueriesContext(connection) as queries:
        verdict = cache.examine(request)[1]
        assert cache.examine(request)[1] == verdict
    assert not queries.captured_queries
    return verdict


def permitted(cache: RuleCache, customer: Customer, caller: str = "") -> Permit:
    cache.refresh()
    verdict = ask(cache, customer, caller)
    assert isinstance(verdict, Permit), verdict
    return verdict


def tried(permit: Permit) -> list[str]:
    return [carrier.gateway for route in permit.routes for carrier in route.carriers]


def per_minute(permit: Permit) -> Decimal:
    return permit.rates[0].bands[0].rate


def test_a_customer_pays_by_its_plan_and_by_where_it_calls_from(acme: Customer) -> None:
    priced_route("GW_A")
    plan = RatePlan.objects.create(name="Gold")
    TariffFactory.create(pattern="55", price_per_minute=Decimal("0.50"))
    TariffFactory.create(pattern="55", price_per_minute=Decimal("0.40"), plan=plan)
    TariffFactory.create(pattern="55", price_per_minute=Decimal("0.20"), plan=plan, origin_prefix="5511")
    cache = RuleCache()
    assert per_minute(permitted(cache, acme, "5521987650000")) == Decimal("0.50")
    account = account_of(acme)
    account.plan = plan
    account.save()
    assert per_minute(permitted(cache, acme, "5521987650000")) == Decimal("0.40")
    assert per_minute(permitted(cache, acme, "1001")) == Decimal("0.20")
    acme.home_area = "21"
    acme.save()
    assert per_minute(permitted(cache, acme, "33334444")) == Decimal("0.40")


def test_a_plan_that_does_not_fall_back_refuses_what_it_does_not_price(acme: Customer) -> None:
    priced_route("GW_A")
    TariffFactory.create(pattern="55")
    Account.objects.filter(customer=acme).update(plan=RatePlan.objects.create(name="Local", falls_back=False))
    cache = RuleCache()
    cache.refresh()
    verdict = ask(cache, acme)
    assert isinstance(verdict, AuthorizationRefusal)
    assert verdict.reason is RefusalReason.NO_RATE


def test_a_change_of_a_deck_changes_the_order_at_the_next_refresh_and_not_before(acme: Customer) -> None:
    route = priced_route("GW_A", "GW_B", selection=GatewaySelection.COST)
    first, second = route.gateways.order_by("name")
    TariffFactory.create(pattern="55", price_per_minute=Decimal("0.50"), cost_per_minute=None)
    BuyRateFactory.create(provider=first.provider, price_per_minute=Decimal("0.01"))
    BuyRateFactory.create(provider=second.provider, price_per_minute=Decimal("0.02"))
    cache = RuleCache()
    assert tried(permitted(cache, acme)) == ["GW_A", "GW_B"]
    BuyRate.objects.filter(provider=first.provider).update(price_per_minute=Decimal("0.03"))
    unchanged = ask(cache, acme)
    assert isinstance(unchanged, Permit)
    assert tried(unchanged) == ["GW_A", "GW_B"]
    assert tried(permitted(cache, acme)) == ["GW_B", "GW_A"]
    BuyRate.objects.filter(provider=first.provider).update(is_blocked=True)
    assert tried(permitted(cache, acme)) == ["GW_B"]


def test_a_carrier_costs_what_its_deck_says_before_what_the_tariff_says(acme: Customer) -> None:
    route = priced_route("GW_A")
    TariffFactory.create(pattern="55", price_per_minute=Decimal("0.10"), cost_per_minute=Decimal("0.01"))
    BuyRateFactory.create(provider=route.gateways.get().provider, price_per_minute=Decimal("0.20"))
    cache = RuleCache()
    cache.refresh()
    verdict = ask(cache, acme)
    assert isinstance(verdict, AuthorizationRefusal)
    assert verdict.reason is RefusalReason.LOSS
    Account.objects.filter(customer=acme).update(allows_loss=True, updated_at=timezone.now())
    assert tried(permitted(cache, acme)) == ["GW_A"]


def test_of_two_that_cost_alike_the_one_that_gets_its_calls_through_comes_first(acme: Customer) -> None:
    route = priced_route("GW_A", "GW_B", selection=GatewaySelection.COST)
    TariffFactory.create(pattern="55", price_per_minute=Decimal("0.50"), cost_per_minute=Decimal("0.01"))
    bad = route.gateways.get(name="GW_A")
    for _ in range(50):
        CdrFactory.create(gateway=bad, direction="outbound", disposition="FAILED")
    assert tried(permitted(RuleCache(), acme)) == ["GW_B", "GW_A"]
