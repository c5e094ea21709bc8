"""Calls as a job reads them, and the rows in which it keeps those whose rating would change."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from billing.accounts.call_charges import Payer
from billing.rating.calls import PricedCall

ZERO = Decimal(0)


class Rating(NamedTuple):
    """What rating says of a call. The fields are columns of its record, by their names."""

    tariff_id: UUID | None
    matched_pattern: str
    applied_rate: str
    billed_seconds: int | None
    price: Decimal | None
    cost: Decimal | None
    margin: Decimal | None
    currency: str
    cost_currency: str
    cost_source: str
    unrated_reason: str
    uncharged_reason: str


class StoredCall(NamedTuple):
    """What is read of a record. The fields are its columns, by their names."""

    id: UUID
    started_at: datetime
    answered_at: datetime | None
    called_number: str
    dialled: str
    dst: str
    src: str
    caller: str
    origin: str | None
    channel: str
    billable_seconds: Decimal
    disposition: str
    customer_id: UUID | None
    gateway_id: UUID | None
    rating: Rating


class ChangedCall(NamedTuple):
    """A call whose rating would be another one; `entered` is what the ledger holds for it now."""

    job_id: UUID
    entry_id: UUID
    call: StoredCall
    rating: Rating
    payer: Payer | None
    entered: Decimal

    @property
    def account_id(self) -> UUID | None:
        """Return the account that gets the entry."""
        return self.payer.account_id if self.payer else None

    @property
    def entry_currency(self) -> str:
        """Return the currency of that account."""
        return self.payer.currency if self.payer else ""

    @property
    def movement(self) -> Decimal:
        """Return the entry after which the ledger holds what the new rating says: below zero, the customer pays."""
        owed = ZERO if self.rating.uncharged_reason else self.rating.price or ZERO
        return -owed - self.entered if self.payer else ZERO


# Column of ReratedCall -> where its value stands in a ChangedCall.
COLUMNS: Mapping[str, str] = {
    "rerating_id": "job_id",
    "cdr_id": "call.id",
    "started_at": "call.started_at",
    "customer_id": "call.customer_id",
    "old_tariff_id": "call.rating.tariff_id",
    "old_price": "call.rating.price",
    "old_cost": "call.rating.cost",
    "old_currency": "call.rating.currency",
    "old_applied_rate": "call.rating.applied_rate",
    "old_uncharged_reason": "call.rating.uncharged_reason",
    "account_id": "account_id",
    "entry_id": "entry_id",
    "movement": "movement",
    "entry_currency": "entry_currency",
    **{name: f"rating.{name}" for name in Rating._fields},
}
values_of: Callable[[ChangedCall], tuple[Any, ...]] = attrgetter(*COLUMNS.values())

_OWN = StoredCall._fields[:-1]
# The columns to ask the database for, in the order in which `stored_call` takes them.
READ = (*_OWN, *Rating._fields)


def stored_call(columns: tuple[Any, ...]) -> StoredCall:
    """Return a call from the values of `READ`."""
    return StoredCall._make((*columns[: len(_OWN)], Rating._make(columns[len(_OWN) :])))


def rating_of(price: PricedCall, uncharged_reason: str) -> Rating:
    """Return a call's rating from its price; PricedCall has the same fields but the last."""
    return Rating(*price, uncharged_reason)
