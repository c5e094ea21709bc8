"""What the simulator is asked and answers: frozen values without the database.

`simulate_call --json` prints them as they are: the names of their fields, and the values of their enums, are output.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from billing.authorization.calls.explanation import LeftOut


class Outcome(StrEnum):
    """How a call ends."""

    SENT = "sent"  # out by a gateway
    RINGS = "rings"  # at a telephone
    DELIVERED = "delivered"  # at a trunk customer's address
    NO_ROUTE = "no_route"
    REFUSED = "refused"


class RouteReason(StrEnum):
    """Why a route is taken, or is not."""

    FIRST = "first"
    NEXT = "next"
    NOT_SEARCHED = "not_searched"
    PATTERN = "pattern"
    OTHER_CUSTOMERS = "other_customers"
    DISABLED = "disabled"
    NO_GATEWAY = "no_gateway"


class CallRefusal(StrEnum):
    """Why a call is refused."""

    NO_ROUTE = "no_route"
    NOT_A_NUMBER = "not_a_number"
    BARRED = "barred"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    NO_ADDRESS = "no_address"
    NO_TELEPHONE = "no_telephone"
    CALLER_DISABLED = "caller_disabled"
    TELEPHONE_DISABLED = "telephone_disabled"
    CIRCLE = "circle"
    UNKNOWN_NUMBER = "unknown_number"
    OTHER_GATEWAY = "other_gateway"
    NOT_ON_NODE = "not_on_node"
    NOT_AUTHORIZED = "not_authorized"


class Hop(StrEnum):
    """What happens to a call before its route is looked for."""

    ENTERS = "enters"
    COLLEAGUE = "colleague"
    FORWARD = "forward"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class SimulatedCall:
    """A call to simulate: of a customer's trunk, of one of its extensions, or one that comes in by a gateway."""

    number: str
    at: datetime
    duration_seconds: int = 60
    customer: str = ""
    extension: str = ""
    gateway: str = ""
    caller_id: str = ""


@dataclass(frozen=True, slots=True)
class TraceStep:
    """A place of the dialplan that the call comes to: context, number, and the customer or extension meant by it."""

    hop: Hop
    context: str
    number: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class EvaluatedRoute:
    """A route with the level and the context that have it; both are empty where the customer's path does not."""

    id: UUID
    name: str
    pattern: str
    priority: int
    position: str
    context: str
    reason: RouteReason
    customers: tuple[str, ...] = ()

    @property
    def is_taken(self) -> bool:
        """Tell whether the call would go by it, at once or after others failed."""
        return self.reason in {RouteReason.FIRST, RouteReason.NEXT}

    @property
    def fits(self) -> bool:
        """Tell whether its pattern matches the number."""
        return self.reason != RouteReason.PATTERN


@dataclass(frozen=True, slots=True)
class Money:
    """What the call comes to by one gateway; amounts are None where they are not known."""

    price: Decimal | None = None
    currency: str = ""
    cost: Decimal | None = None
    cost_currency: str = ""
    cost_source: str = ""
    margin: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try, counted from 1: what the gateway is sent. `share` is the chance in percent to be its route's first."""

    number: int
    route: UUID
    route_name: str
    gateway: str
    gateway_id: UUID
    provider: str
    address: str
    sent_number: str
    caller: str
    caller_is_kept: bool
    ring_seconds: int
    channel_limit: int
    channels_in_use: int | None
    reachable: bool | None
    share: Decimal | None
    reroute_forbidden: bool
    money: Money
    expected_cost: Decimal | None = None
    expected_currency: str = ""


@dataclass(frozen=True, slots=True)
class LeftOutGateway:
    """A gateway of a route that the authorizer does not let the call go by, and what the expected call would cost."""

    route: UUID
    route_name: str
    gateway: str
    reason: LeftOut
    expected_cost: Decimal | None
    expected_currency: str


@dataclass(frozen=True, slots=True)
class Authorization:
    """What the authorizer says. `price` is the expected call's; `longest_seconds` is what the money pays for.

    `available` is None where no credit limits the customer: `cap_left` always does.
    """

    allowed: bool
    reason: str
    detail: str
    expected_seconds: int
    price: Decimal | None
    currency: str
    available: Decimal | None
    cap_left: Decimal | None
    first_seconds: int | None
    longest_seconds: int | None
    left_out: tuple[LeftOutGateway, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """What the customer may do at once, and does now where a node tells."""

    channels: int
    channels_in_use: int | None
    calls_per_second: int


@dataclass(frozen=True, slots=True)
class AppliedTariff:
    """The tariff that prices the call."""

    id: UUID
    pattern: str
    rate: str
    effective_from: datetime


@dataclass(frozen=True, slots=True)
class Bill:
    """What the customer is charged; without a tariff `unrated_reason` says why."""

    tariff: AppliedTariff | None = None
    billed_seconds: int | None = None
    price: Decimal | None = None
    currency: str = ""
    unrated_reason: str = ""


@dataclass(frozen=True, slots=True)
class Simulation:
    """What would become of a call. `number` is what is looked for after forwards, `normalised` its E.164 digits.

    `is_asked` tells whether the dialplan asks the authorizer about it; `authorization` is what that one says.
    """

    node: str
    question: SimulatedCall
    direction: str
    customer: str
    number: str
    normalised: str
    is_emergency: bool
    caller: str
    context: str
    outcome: Outcome
    refusal: CallRefusal | None = None
    cause: int | None = None
    steps: tuple[TraceStep, ...] = ()
    targets: tuple[str, ...] = ()
    routes: tuple[EvaluatedRoute, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    limits: Limits | None = None
    bill: Bill = field(default_factory=Bill)
    is_asked: bool = False
    authorization: Authorization | None = None

    @property
    def goes_through(self) -> bool:
        """Tell whether the call would reach a gateway, a telephone or a customer's address."""
        return self.outcome not in {Outcome.NO_ROUTE, Outcome.REFUSED}

    @property
    def taken(self) -> tuple[EvaluatedRoute, ...]:
        """Return the routes that the call goes by, in order."""
        return tuple(route for route in self.routes if route.is_taken)
