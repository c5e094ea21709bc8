"""What the rules know of a customer, of a call and of a carrier, and what they answer: frozen values, no Django."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from billing.rating.durations import Rate


class Reason(StrEnum):
    """Why a call was not let through, in the order in which it is asked."""

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
    Reason.INACTIVE: 21,
    Reason.BLOCKED: 21,
    Reason.COUNTRY: 57,
    Reason.HIGH_RISK: 57,
    Reason.NO_RATE: 3,
    Reason.CURRENCY: 3,
    Reason.NO_CARRIER: 3,
    Reason.LOSS: 3,
    Reason.VELOCITY: 21,
    Reason.CAP: 21,
    Reason.CREDIT: 21,
    Reason.UNAVAILABLE: 41,
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What a customer may; whether `limits_credit`, its funds are asked for."""

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
    # What its calls come from where the caller is no number of E.164.
    own_number: str = ""


@dataclass(frozen=True, slots=True)
class Price:
    """What somebody charges for a destination."""

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


class Tried(StrEnum):
    """In which order the carriers of a route are tried."""

    ORDER = "order"
    WEIGHT = "weight"
    COST = "cost"


@dataclass(frozen=True, slots=True)
class Choice:
    """The carriers of a route that may take a call: all of them in their places, or those that are left in order.

    `differs` tells whether that is another order than the one that the dialplan would take without being told.
    """

    route: UUID
    tried: Tried
    carriers: tuple[Carrier, ...]
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """What a customer asks for: `number` is digits of E.164 where that is known, else what was dialled."""

    number: str
    country: str | None
    is_high_risk: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """No, with the reason that the operator reads and the cause that the caller gets."""

    reason: Reason
    detail: str = ""

    @property
    def cause(self) -> int:
        """The cause of Q.850."""
        return CAUSES[self.reason]


@dataclass(frozen=True, slots=True)
class Permit:
    """Yes as far as memory knows; the money has still to be set aside."""

    rate: Rate
    choices: tuple[Choice, ...]
    longest_seconds: int


@dataclass(frozen=True, slots=True)
class Slice:
    """How long a call may go on before it has to be asked again, and what is set aside for all of it so far."""

    seconds: int
    amount: Decimal
