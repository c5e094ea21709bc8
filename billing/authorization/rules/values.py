"""The values that the rules of a call take and return: frozen, without Django and without the database."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from billing.rating.durations import Rate


class RefusalReason(StrEnum):
    """Why a call was not let through, in the order in which the rules are checked."""

    INACTIVE = "inactive"
    BLOCKED = "blocked"
    COUNTRY = "country"
    HIGH_RISK = "high_risk"
    NO_RATE = "no_rate"
    CURRENCY = "currency"
    NO_CARRIER = "no_carrier"
    LOSS = "loss"
    VELOCITY = "velocity"
    CAP = "cap"
    CREDIT = "credit"
    UNAVAILABLE = "unavailable"


# Q.850: 3 no route to destination, 21 call rejected, 41 temporary failure, 57 not authorized.
CAUSES = {
    RefusalReason.INACTIVE: 21,
    RefusalReason.BLOCKED: 21,
    RefusalReason.COUNTRY: 57,
    RefusalReason.HIGH_RISK: 57,
    RefusalReason.NO_RATE: 3,
    RefusalReason.CURRENCY: 3,
    RefusalReason.NO_CARRIER: 3,
    RefusalReason.LOSS: 3,
    RefusalReason.VELOCITY: 21,
    RefusalReason.CAP: 21,
    RefusalReason.CREDIT: 21,
    RefusalReason.UNAVAILABLE: 41,
}


@dataclass(frozen=True, slots=True)
class AccountRules:
    """What the customer of an account may do. Caps are in `currency`, `longest_seconds` bounds a single call.

    `limits_credit` tells whether its balance and credit limit have to pay for a call.
    """

    customer_id: UUID
    account_id: UUID
    code: str
    currency: str
    active: bool
    blocked: bool
    limits_credit: bool
    allowed_countries: frozenset[str]
    allows_high_risk: bool
    allows_loss: bool
    hourly_cap: Decimal
    daily_cap: Decimal
    longest_seconds: int
    plan_id: UUID | None = None
    # The origin of its calls where the caller's number is not one of E.164, such as an extension's.
    own_number: str = ""
    # The area of callers' numbers that are shown without one.
    home_area: str = ""


@dataclass(frozen=True, slots=True)
class CallRequest:
    """A call as the dialplan asks about it: `number` is the key of the called number, `caller` who calls."""

    customer_id: UUID
    number: str
    at: datetime
    caller: str = ""
    # The area of a caller's number without one: that of its extension, nothing where it has none of its own.
    home_area: str = ""


@dataclass(frozen=True, slots=True)
class ClassifiedCall:
    """A requested call with its country and risk: `number` is digits of E.164 where that is known, else as dialled."""

    number: str
    country: str | None
    is_high_risk: bool
    at: datetime


# The rates at which a call may be charged, one at least: what is held covers the dearest of them.
Rates = tuple[Rate, ...]


@dataclass(frozen=True, slots=True)
class Price:
    """The rate that somebody charges for a destination, and its currency."""

    rate: Rate
    currency: str


@dataclass(frozen=True, slots=True)
class Carrier:
    """A gateway that a call could go out by; `price` is None where its provider does not sell the destination.

    `is_quoted` tells whether the provider names that price itself. `quality` is the share of calls that it got through.
    """

    gateway: str
    weight: int
    price: Price | None
    is_quoted: bool = True
    quality: Decimal = Decimal(1)


class CarrierSelection(StrEnum):
    """In which order the carriers of a route are tried: as `routing.models.GatewaySelection`, without Django."""

    ORDER = "order"
    WEIGHT = "weight"
    COST = "cost"


@dataclass(frozen=True, slots=True)
class RouteCarriers:
    """A route's carriers for one call: all of them in their places, or those that are left, in the order to try them.

    `differs_from_dialplan` tells whether the dialplan would try others, or another order, without being told.
    """

    route: UUID
    selection: CarrierSelection
    carriers: tuple[Carrier, ...]
    differs_from_dialplan: bool = False


@dataclass(frozen=True, slots=True)
class AuthorizationRefusal:
    """A call is not let through: the reason is for the operator, the cause of Q.850 for the caller."""

    reason: RefusalReason
    detail: str = ""

    @property
    def cause(self) -> int:
        """The cause of Q.850."""
        return CAUSES[self.reason]


@dataclass(frozen=True, slots=True)
class Permit:
    """A call passes all rules that are checked in memory; its money has still to be set aside.

    `rates` are those at which it may be charged: it is answered later, maybe at another hour.
    """

    rates: Rates
    routes: tuple[RouteCarriers, ...]
    longest_seconds: int


@dataclass(frozen=True, slots=True)
class Slice:
    """How many seconds a call may go on before more has to be set aside, and the amount held for all of them.

    `rate` is that of the amount, as text.
    """

    seconds: int
    amount: Decimal
    rate: str = ""
