"""What the rules need and seldom changes, in memory: who may what, which routes there are, who is behind a gateway."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Max, Model

from billing.authorization.carriers import by_least_cost
from billing.authorization.destinations import country_of_number, is_high_risk
from billing.authorization.prices import Destination, Prices, ProviderTerms
from billing.authorization.rules import examine
from billing.authorization.terms import Call, Carrier, Permit, Reason, Refusal, Terms
from billing.models import Account, AccountKind
from customers.models import Customer, CustomerStatus
from routing.models import Gateway, GatewaySelection, Provider, Route, RouteGateway
from routing.selection import matching_routes

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
    by_weight: bool
    steps: Sequence[Step]
    customers: Sequence[str]


@dataclass(frozen=True, slots=True)
class Asked:
    """A call as the dialplan asks for it: the number as it is dialled, and in its normal form."""

    customer_id: UUID
    dialled: str
    number: str
    at: datetime


@dataclass(slots=True)
class Book:
    """Everything that is asked of memory. `refresh` reads the database; nothing else does."""

    prices: Prices = field(default_factory=Prices)
    terms: dict[UUID, Terms] = field(default_factory=dict)
    _routes: Sequence[RouteEntry] = ()
    _providers: dict[str, ProviderTerms] = field(default_factory=dict)
    _seen: Any = None

    def refresh(self) -> None:
        """Read what was changed, added or removed."""
        self.prices.refresh()
        seen = [model._default_manager.aggregate(Count("pk"), Max("updated_at")) for model in WATCHED]
        if seen != self._seen:
            self.terms = {terms.customer_id: terms for terms in map(terms_of, _accounts())}
            self._routes = _load_routes()
            self._providers = _load_providers()
            self._seen = seen

    def examine(self, asked: Asked) -> tuple[Terms | None, Refusal | Permit]:
        """Say whether the call may be made, all but its money."""
        terms = self.terms.get(asked.customer_id)
        if terms is None:
            return None, Refusal(Reason.INACTIVE)
        home = settings.DEFAULT_COUNTRY
        call = Call(
            asked.number,
            country_of_number(asked.number, home),
            is_high_risk(asked.number, tuple(settings.HIGH_RISK_PREFIXES)),
            asked.at,
        )
        destination = self.prices.of(asked.number, asked.at)
        carriers = () if destination is None else self.carriers(asked, terms, destination)
        price = None if destination is None else destination.sells
        return terms, examine(call, terms, price, carriers, settings.EXPECTED_CALL_SECONDS)

    def carriers(self, asked: Asked, terms: Terms, destination: Destination) -> tuple[Carrier, ...]:
        """Return the carriers in the order of the routes, or by least cost where the operator wants that."""
        steps = [step for route in matching_routes(self._routes, asked.dialled, terms.code) for step in route.steps]
        found = tuple(
            Carrier(step.gateway, step.weight, destination.costs(self._providers[step.gateway])) for step in steps
        )
        if not settings.LEAST_COST:
            return found
        return by_least_cost(found, settings.EXPECTED_CALL_SECONDS, destination.sells.currency)


def _accounts() -> Any:
    return Account.objects.select_related("customer").exclude(customer__status=CustomerStatus.CLOSED)


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
            route.pk, route.pattern, route.priority, route.selection == GatewaySelection.WEIGHT,
            steps[route.pk], customers[route.pk],
        )
        for route in Route.objects.filter(enabled=True)
    ]  # fmt: skip


def _load_providers() -> dict[str, ProviderTerms]:
    return {
        gateway.name: ProviderTerms(gateway.provider_id, gateway.provider.cost_per_minute, gateway.provider.currency)
        for gateway in Gateway.objects.select_related("provider")
    }
