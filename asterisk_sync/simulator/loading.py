"""Reads the context of a simulated call from the database, and from what the node's AMI worker last told."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from uuid import UUID

from django.utils import timezone

from asterisk_sync.live.state import LiveState, live_states
from asterisk_sync.models import Node
from asterisk_sync.simulator.call_context import CallContext, GatewayStatus, KnownProvider, KnownRoute
from asterisk_sync.simulator.results import SimulatedCall
from asterisk_sync.snapshot.loader import load_snapshot
from asterisk_sync.snapshot.numbers import count_dids
from asterisk_sync.snapshot.values import Snapshot
from billing.authorization.calls.queries import funds_of
from billing.authorization.facts.accounts_and_routes import load_accounts_and_routes
from billing.authorization.facts.prices import PriceSet
from billing.authorization.facts.quality import load_qualities
from billing.authorization.facts.rule_cache import RuleSet
from billing.models import Account
from billing.rating.calls import ProviderCost
from billing.rating.price_book import DeckIndex, PriceBook
from billing.tariffs.loader import CurrentTariffs
from customers.models import Customer, CustomerStatus
from numbering.models import DIDAllocation
from routing.models import Gateway, Route
from voipadmin.core.numbering_plan.queries import current_plan
from voipadmin.core.numbers.reading import read_received

_tariffs = CurrentTariffs()


class _Decks(Mapping[UUID, DeckIndex]):
    """The providers' decks as a mapping that reads each one when it is first asked for: a call concerns few of them."""

    def __init__(self, book: PriceBook, providers: Collection[UUID]) -> None:
        self._book, self._providers = book, providers

    def __getitem__(self, provider: UUID) -> DeckIndex:
        if provider not in self._providers:
            raise KeyError(provider)
        return self._book.deck_of(provider)

    def __iter__(self) -> Iterator[UUID]:
        return iter(self._providers)

    def __len__(self) -> int:
        return len(self._providers)


def load_call_context(node: Node, call: SimulatedCall, snapshot: Snapshot | None = None) -> CallContext:
    """Return what `node` runs, or `snapshot` in its place, as it concerns a call: other customers are left out."""
    state = live_states([node], _gateway_names()).get(node.pk)
    customers = _concerned_customers(call)
    accounts = {account.customer_id: account for account in Account.objects.filter(customer__in=customers)}
    rules = _rule_set(accounts)
    return CallContext(
        node=node.name,
        snapshot=snapshot or load_snapshot(node, resolver=_do_not_resolve, customers=customers),
        numbers=_count_numbers(node, call, snapshot),
        routes=_known_routes(),
        providers=_known_providers(),
        closed=frozenset(Customer.objects.filter(status=CustomerStatus.CLOSED).values_list("code", flat=True)),
        prices=rules.prices.book,
        rule_set=rules,
        funds={customer: funds_of(account) for customer, account in accounts.items()},
        plans=_plans(customers),
        gateway_statuses=_gateway_statuses(state) if state else {},
        calls=_calls(state) if state else None,
    )


def _rule_set(accounts: Collection[UUID]) -> RuleSet:
    """Return what the authorizer knows of the accounts of these customers, with all routes, prices and qualities."""
    facts, book = load_accounts_and_routes(accounts), _tariffs.index()
    decks = _Decks(book, {provider.id for provider in facts.providers.values()})
    return RuleSet(facts, PriceSet(book, decks), load_qualities(timezone.now()))


def _count_numbers(node: Node, call: SimulatedCall, snapshot: Snapshot | None) -> int:
    """Return how many DIDs the node has, which decides in which context each is; 0 for outgoing calls."""
    if snapshot is not None:
        return len(snapshot.dids)
    return count_dids(node) if call.gateway else 0


def _concerned_customers(call: SimulatedCall) -> list[UUID]:
    """Return the key of the customer that calls, or whose DID is called."""
    if not call.gateway:
        return list(Customer.objects.filter(code=call.customer).values_list("pk", flat=True))
    gateway = Gateway.objects.get(name=call.gateway)
    number = read_received(call.number, gateway.number_format, current_plan()).key
    owners = DIDAllocation.objects.filter(ends_at=None, did__number=number)
    return list(owners.values_list("customer_id", flat=True))


def _plans(customers: Collection[UUID]) -> dict[str, UUID]:
    rows = Account.objects.filter(customer__in=customers, plan__isnull=False)
    return dict(rows.values_list("customer__code", "plan"))


def _do_not_resolve(_host: str) -> tuple[str, ...]:
    """Resolve nothing: no call depends on the addresses of a carrier, and a page does not wait for DNS."""
    return ()


def _known_routes() -> tuple[KnownRoute, ...]:
    customers: dict[UUID, list[str]] = defaultdict(list)
    restricted = Route.objects.filter(customers__isnull=False).order_by("customers__code")
    for route, code in restricted.values_list("id", "customers__code"):
        customers[route].append(code)
    rows = Route.objects.values_list("id", "name", "pattern", "priority", "enabled")
    return tuple(
        KnownRoute(pk, name, pattern, priority, enabled, tuple(customers[pk]))
        for pk, name, pattern, priority, enabled in rows
    )


def _known_providers() -> dict[str, KnownProvider]:
    rows = Gateway.objects.values_list(
        "name", "provider__name", "provider__cost_per_minute", "provider__currency", "provider"
    )
    return {
        name: KnownProvider(provider, ProviderCost(cost, currency, key)) for name, provider, cost, currency, key in rows
    }


def _gateway_names() -> list[str]:
    return list(Gateway.objects.values_list("name", flat=True))


def _gateway_statuses(state: LiveState) -> dict[str, GatewayStatus]:
    return {
        endpoint.name: GatewayStatus(endpoint.is_reachable, endpoint.active_channels) for endpoint in state.endpoints
    }


def _calls(state: LiveState) -> dict[str, int]:
    calls: dict[str, set[str]] = defaultdict(set)
    for channel in state.channels:
        calls[channel.account_code].add(channel.linkedid)
    return {code: len(linked) for code, linked in calls.items()}
