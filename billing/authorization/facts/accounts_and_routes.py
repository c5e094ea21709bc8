"""Account rules, routes and gateways' providers as the database has them: what the rules need and seldom changes."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Aggregate, Count, DecimalField, Max, Model

from billing.authorization.facts.prices import GatewayProvider
from billing.authorization.rules.values import AccountRules, CarrierSelection
from billing.models import Account, AccountKind
from customers.models import Customer, CustomerStatus
from routing.models import Gateway, Provider, Route, RouteGateway
from routing.route_lines import RouteLine, route_lines
from voipadmin.core.numbering_plan.queries import current_plan
from voipadmin.core.numbers.plan import NumberingPlan

WATCHED: tuple[type[Model], ...] = (Account, Customer, Gateway, Provider, Route, RouteGateway)


@dataclass(frozen=True, slots=True)
class RouteStep:
    """A gateway's place in a route."""

    gateway: str
    weight: int


@dataclass(frozen=True, slots=True)
class RouteEntry:
    """An enabled route with its enabled gateways; no customers means all."""

    id: UUID
    pattern: str
    lines: Sequence[RouteLine]
    priority: int
    selection: CarrierSelection
    steps: Sequence[RouteStep]
    customers: Sequence[str]

    @property
    def by_weight(self) -> bool:
        """Tell whether its gateways are drawn by weight, as `routing.selection` asks."""
        return self.selection is CarrierSelection.WEIGHT


@dataclass(frozen=True, slots=True)
class AccountsAndRoutes:
    """The rules of each customer's account by customer id, the routes, and each gateway's provider by gateway name.

    Called numbers are read, and the routes' patterns compiled, by `plan`.
    """

    plan: NumberingPlan
    account_rules: Mapping[UUID, AccountRules] = field(default_factory=dict)
    routes: Sequence[RouteEntry] = ()
    providers: Mapping[str, GatewayProvider] = field(default_factory=dict)


class SumOfMoments(Aggregate):
    """The sum of all moments of a column, in seconds.

    The newest moment alone would not do: a change takes its moment when it is made and is seen when it is committed,
    so one that is committed late may bring a moment older than the newest that was read before.
    """

    template = "SUM(EXTRACT(EPOCH FROM %(expressions)s))"
    output_field = DecimalField()


def mark_of_accounts_and_routes() -> Any:
    """Return a value that is another one after any change of what `load_accounts_and_routes` reads."""
    rows = [model._default_manager.aggregate(Count("pk"), moments=SumOfMoments("updated_at")) for model in WATCHED]
    return [*rows, Route.customers.through.objects.aggregate(Count("pk"), Max("pk"))]


def load_accounts_and_routes(customers: Collection[UUID] | None = None) -> AccountsAndRoutes:
    """Return everything as of now; where `customers` are named, the account rules of these and no others."""
    plan = current_plan()
    accounts = Account.objects.select_related("customer").exclude(customer__status=CustomerStatus.CLOSED)
    if customers is not None:
        accounts = accounts.filter(customer__in=customers)
    return AccountsAndRoutes(
        account_rules={rules.customer_id: rules for rules in (rules_of(account, plan) for account in accounts)},
        routes=_load_routes(plan),
        plan=plan,
        providers=_load_providers(),
    )


def rules_of(account: Account, plan: NumberingPlan) -> AccountRules:
    """Return what an account's customer may do; caps and call length that it does not have come from the settings."""
    customer = account.customer
    return AccountRules(
        customer_id=customer.pk,
        account_id=account.pk,
        code=customer.code,
        currency=account.currency,
        active=customer.is_active,
        blocked=account.blocked_at is not None,
        limits_credit=account.kind == AccountKind.PREPAID or account.limits_credit,
        allowed_countries=frozenset(account.allowed_countries),
        allows_high_risk=account.allows_high_risk,
        allows_loss=account.allows_loss,
        hourly_cap=_or_default(account.hourly_cap, settings.HOURLY_CAP),
        daily_cap=_or_default(account.daily_cap, settings.DAILY_CAP),
        longest_seconds=account.longest_call_seconds or settings.LONGEST_CALL_SECONDS,
        plan_id=account.plan_id,
        own_number=customer.caller_id_number,
        home_area=customer.local_area(plan),
    )


def _or_default(cap: Decimal | None, default: Decimal) -> Decimal:
    # A cap of zero is a cap: nothing may be spent.
    return default if cap is None else cap


def _load_routes(plan: NumberingPlan) -> list[RouteEntry]:
    steps: dict[UUID, list[RouteStep]] = defaultdict(list)
    rows = RouteGateway.objects.filter(gateway__enabled=True).order_by("route_id", "position", "id")
    for route, gateway, weight in rows.values_list("route_id", "gateway__name", "weight"):
        steps[route].append(RouteStep(gateway, weight))
    customers: dict[UUID, list[str]] = defaultdict(list)
    for route, code in Route.customers.through.objects.values_list("route_id", "customer__code"):
        customers[route].append(code)
    return [
        RouteEntry(
            route.pk, route.pattern, route_lines(route.pattern, plan), route.priority,
            CarrierSelection(route.selection), tuple(steps[route.pk]), tuple(customers[route.pk]),
        )
        for route in Route.objects.filter(enabled=True)
    ]  # fmt: skip


def _load_providers() -> dict[str, GatewayProvider]:
    return {
        gateway.name: GatewayProvider(gateway.provider_id, gateway.provider.cost_per_minute, gateway.provider.currency)
        for gateway in Gateway.objects.select_related("provider").filter(enabled=True)
    }
