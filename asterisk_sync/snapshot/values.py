"""What one node has to run, as frozen values without Django: the only input of rendering."""

from dataclasses import dataclass, field
from uuid import UUID

from routing.route_lines import RouteLine
from voipadmin.core.numbers.plan import NumberingPlan

# Causes of Q.850 after which the next gateway is tried: they blame the carrier, not the number or the called person.
DEFAULT_REROUTE_CAUSES = frozenset({3, 18, 27, 34, 38, 58, 102})
# No node has it: what is signed with it is refused.
NOBODYS_SECRET = "0" * 64
NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class TrunkAddressSnapshot:
    """An address or network of a trunk customer; those that receive calls are tried by `priority`, the lowest first."""

    network: str
    port: int
    transport: str
    receives_calls: bool
    priority: int


@dataclass(frozen=True, slots=True)
class ExtensionSnapshot:
    """An extension; the secret of a disabled one is empty, as it gets no endpoint."""

    id: UUID
    number: str
    username: str
    secret: str = field(repr=False)
    caller_id_name: str
    caller_id_number: str
    codecs: tuple[str, ...]
    max_contacts: int
    forward_to: str
    enabled: bool
    home_area: str = ""


@dataclass(frozen=True, slots=True)
class CustomerSnapshot:
    """A customer that is active or suspended; a closed one is not in the snapshot."""

    id: UUID
    code: str
    type: str
    active: bool
    channel_limit: int
    calls_per_second: int
    caller_id_number: str
    home_area: str = ""
    addresses: tuple[TrunkAddressSnapshot, ...] = ()
    extensions: tuple[ExtensionSnapshot, ...] = ()
    has_conferences: bool = False

    @property
    def endpoint(self) -> str:
        """The name of its trunk's endpoint; names of gateways and extensions hold no dot, so that none is the same."""
        return f"trunk.{self.code}"

    @property
    def fallback_caller(self) -> str:
        """The caller of a trunk's call that brings no usable caller ID."""
        return self.caller_id_number or "anonymous"

    def caller_of(self, extension: ExtensionSnapshot) -> str:
        """Return the caller of an extension's outgoing calls; route and gateway may replace it."""
        return extension.caller_id_number or self.caller_id_number or extension.number

    @property
    def receiving_addresses(self) -> tuple[TrunkAddressSnapshot, ...]:
        """The addresses to which calls are sent, in the order in which they are tried."""
        receiving = (address for address in self.addresses if address.receives_calls and "/" not in address.network)
        return tuple(sorted(receiving, key=lambda address: (address.priority, address.network, address.port)))


@dataclass(frozen=True, slots=True)
class GatewaySnapshot:
    """An enabled gateway; `addresses` are those of its host at this moment, none where it did not resolve."""

    id: UUID
    name: str
    host: str
    addresses: tuple[str, ...]
    port: int
    transport: str
    codecs: tuple[str, ...]
    registers: bool
    username: str
    secret: str = field(repr=False)
    tech_prefix: str
    strip_digits: int
    prepend: str
    number_format: str
    sent_format: str
    carrier_code: str
    caller_id_rule: str
    caller_id_number: str
    channel_limit: int
    qualify: bool
    reroute_forbidden: bool


@dataclass(frozen=True, slots=True)
class RouteStepSnapshot:
    """A gateway's place in a route."""

    gateway: str
    weight: int


@dataclass(frozen=True, slots=True)
class RouteSnapshot:
    """An enabled route; `customers` are codes, none means all; `steps` holds enabled gateways in order.

    `lines` are the keys of numbers that it takes: `pattern` as the operator wrote it, compiled by the numbering plan.
    """

    id: UUID
    pattern: str
    lines: tuple[RouteLine, ...]
    priority: int
    by_weight: bool
    strip_digits: int
    prepend: str
    caller_id_number: str
    ring_seconds: int
    steps: tuple[RouteStepSnapshot, ...]
    customers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DIDSnapshot:
    """An allocated number and its destination (`trunk`, `extension` or `forward`); `gateway` empty means any.

    Where it is the dial-in number of a `conference`, by its key in hexadecimal, its calls go there instead.
    """

    id: UUID
    number: str
    gateway: str
    customer: str
    destination: str
    extension: str = ""
    forward_to: str = ""
    conference: str = ""


@dataclass(frozen=True, slots=True)
class AuthorizerSnapshot:
    """Where the node's dialplan asks, as which node, and what holds where nobody answers.

    Calls of `stopped` customers are refused unasked; `unlimited` ones may call inside the country for so many seconds
    while nobody answers, but no number that begins with one of `high_risk_prefixes`.
    """

    host: str = "127.0.0.1"
    port: int = 4573
    node_id: UUID = NOBODY
    # By which what it asks is signed.
    secret: str = field(default=NOBODYS_SECRET, repr=False)
    stopped: tuple[UUID, ...] = ()
    unlimited: tuple[tuple[UUID, int], ...] = ()
    high_risk_prefixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that a node runs, in a stable order: equal databases give equal snapshots."""

    plan: NumberingPlan
    customers: tuple[CustomerSnapshot, ...] = ()
    gateways: tuple[GatewaySnapshot, ...] = ()
    routes: tuple[RouteSnapshot, ...] = ()
    dids: tuple[DIDSnapshot, ...] = ()
    reroute_causes: frozenset[int] = DEFAULT_REROUTE_CAUSES
    authorizer: AuthorizerSnapshot = field(default_factory=AuthorizerSnapshot)

    def counts(self) -> dict[str, int]:
        """Return how many objects of each kind there are."""
        return {
            "customers": len(self.customers),
            "trunk_addresses": sum(len(customer.addresses) for customer in self.customers),
            "extensions": sum(len(customer.extensions) for customer in self.customers),
            "gateways": len(self.gateways),
            "routes": len(self.routes),
            "dids": len(self.dids),
        }
