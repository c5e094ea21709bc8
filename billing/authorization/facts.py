"""What the rules need and seldom changes, as it was at one moment, and how that is read."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Aggregate, Count, DecimalField, Max, Model

from billing.authorization.prices import ProviderTerms
from billing.authorization.terms import Terms, Tried
from billing.models import Account, AccountKind
from customers.models import Customer, CustomerStatus
from routing.models import Gateway, GatewaySelection, Provider, Route, RouteGateway

WATCHED: tuple[type[Model], ...] = (Account, Customer, Gateway, Provider, Route, RouteGateway)


@dataclass(frozen=True, slots=True)
class Step:
    """A gateway's place in a route."""

    gateway: str
    weight: int


@dataclass(frozen=True, slots=True)
class RouteEntry:
    """An enabled route with its enabled gateways; no customers means all."""

    id: UUID
    pattern: str
    priority: int
    tried: Tried
    steps: Sequence[Step]
    customers: Sequence[str]

    @property
    def by_weight(self) -> bool:
        """Tell whether its gateways are drawn."""
        return self.tried is Tried.WEIGHT


@dataclass(frozen=True, slots=True)
class Facts:
    """Who may what, which routes there are, and who is behind a gateway."""

    terms: Mapping[UUID, Terms] = field(default_factory=dict)
    routes: Sequence[RouteEntry] = ()
    providers: Mapping[str, ProviderTerms] = field(default_factory=dict)


class SumOfMoments(Aggregate):
    """All moments together: it differs, too, where a change is seen whose moment is older than the newest one."""

    template = "SUM(EXTRACT(EPOCH FROM %(expressions)s))"
    output_field = DecimalField()


def state_of_facts() -> Any:
    """Return what is another value after any change of what `load_facts` reads, however late that is committed."""
    rows = [model._default_manager.aggregate(Count("pk"), moments=SumOfMoments("updated_at")) for model in WATCHED]
    return [*rows, Route.customers.through.objects.aggregate(Count("pk"), Max("pk"))]


def load_facts(customers: Collection[UUID] | None = None) -> Facts:
    """Read everything; where `customers` are named, what these may and no others."""
    accounts = Account.objects.select_related("customer").exclude(customer__status=CustomerStatus.CLOSED)
    if customers is not None:
        accounts = accounts.filter(customer__in=customers)
    return Facts(
        terms={terms.customer_id: terms for terms in map(terms_of, accounts)},
        routes=_load_routes(),
        providers=_load_providers(),
    )


def terms_of(account: Account) -> Terms:
    """Return what an account's customer may; where it has no cap of its own, that of the settings."""
    customer = account.customer
    return Terms(
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
    )


def _or_default(cap: Decimal | None, default: Decimal) -> Decimal:
    return default if cap is None else cap


def _load_routes() -> list[RouteEntry]:
    steps: dict[UUID, list[Step]] = defaultdict(list)
    rows = RouteGateway.objects.filter(gateway__enabled=True).order_by("route_id", "position", "id")
    for route, gateway, weight in rows.values_list("route_id", "gateway__name", "weight"):
        steps[route].append(Step(gateway, weight))
    customers: dict[UUID, list[str]] = defaultdict(list)
    for route, code in Route.customers.through.objects.values_list("route_id", "customer__code"):
        customers[route].append(code)
    return [
        RouteEntry(
            route.pk, route.pattern, route.priority, TRIED[GatewaySelection(route.selection)],
            tuple(steps[route.pk]), tuple(customers[route.pk]),
        )
        for route in Route.objects.filter(enabled=True)
    ]  # fmt: skip


TRIED = {
    GatewaySelection.ORDER: Tried.ORDER,
    GatewaySelection.WEIGHT: Tried.WEIGHT,
    GatewaySelection.COST: Tried.COST,
}


def _load_providers() -> dict[str, ProviderTerms]:
    return {
        gateway.name: ProviderTerms(gateway.provider_id, gateway.provider.cost_per_minute, gateway.provider.currency)
        for gateway in Gateway.objects.select_related("provider").filter(enabled=True)
    }
