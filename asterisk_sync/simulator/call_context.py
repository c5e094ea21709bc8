"""Everything that a simulated call depends on, read once and frozen: what a node runs, names, prices, live states."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from asterisk_sync.rendering.route_plan import RoutePlan, plan_routes
from asterisk_sync.snapshot.values import CustomerSnapshot, ExtensionSnapshot, GatewaySnapshot, Snapshot
from billing.authorization.calls.explanation import Funds
from billing.authorization.facts.rule_cache import RuleSet
from billing.rating.calls import ProviderCost
from billing.rating.price_book import PriceBook


@dataclass(frozen=True, slots=True)
class KnownRoute:
    """A route as the database has it, whether or not a node runs it."""

    id: UUID
    name: str
    pattern: str
    priority: int
    enabled: bool
    customers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownProvider:
    """The provider of a gateway, and what a minute costs there."""

    name: str
    cost: ProviderCost


@dataclass(frozen=True, slots=True)
class GatewayStatus:
    """A gateway as the node sees it at this moment."""

    reachable: bool
    channels: int


@dataclass(frozen=True)
class CallContext:
    """A node's snapshot and what belongs to it.

    `routes` are all of the database; `closed` are the codes of closed customers; `plans` are rate plans by the code of
    the customer. `rule_set` is what the authorizer knows, `funds` the money by the id of the customer; without rules
    every call is let through. `numbers` is how many DIDs the node has, 0 for outgoing calls, which it does not matter
    to. `gateway_statuses` is empty and `calls` None where the node does not tell.
    """

    node: str
    snapshot: Snapshot
    routes: tuple[KnownRoute, ...] = ()
    providers: Mapping[str, KnownProvider] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()
    prices: PriceBook = field(default_factory=PriceBook)
    plans: Mapping[str, UUID] = field(default_factory=dict)
    rule_set: RuleSet | None = None
    funds: Mapping[UUID, Funds] = field(default_factory=dict)
    numbers: int = 0
    gateway_statuses: Mapping[str, GatewayStatus] = field(default_factory=dict)
    calls: Mapping[str, int] | None = None

    @cached_property
    def plan(self) -> RoutePlan:
        """Return the contexts of the routes, as they are rendered."""
        return plan_routes(self.snapshot.routes, [customer.code for customer in self.snapshot.customers])

    @cached_property
    def gateways(self) -> dict[str, GatewaySnapshot]:
        """Return the node's gateways by name."""
        return {gateway.name: gateway for gateway in self.snapshot.gateways}

    @cached_property
    def customers(self) -> dict[str, CustomerSnapshot]:
        """Return the node's customers by code."""
        return {customer.code: customer for customer in self.snapshot.customers}

    def extension_of(self, username: str) -> ExtensionSnapshot | None:
        """Return an extension by its SIP user name."""
        for customer in self.snapshot.customers:
            for extension in customer.extensions:
                if extension.username == username:
                    return extension
        return None
