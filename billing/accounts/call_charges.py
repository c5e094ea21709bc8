"""The ledger's entries of priced calls: one for each call, in the transaction that prices it.

Where an entry cannot be made, the call's record keeps the reason; `charge_calls` enters it once the reason is gone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from billing.models import Account, Cdr, EntryKind, LedgerEntry, UnchargedReason
from voipadmin.core.models import new_id

CHUNK = 1_000
LEDGER = LedgerEntry._meta.db_table


class Payer(NamedTuple):
    """The account that a customer's calls are charged to."""

    account_id: UUID
    currency: str


class CallCharge(NamedTuple):
    """A call that its customer's account pays for."""

    payer: Payer
    cdr_id: UUID
    price: Decimal
    ended_at: datetime


class CallEntry(NamedTuple):
    """The entry of a call that is new."""

    id: UUID
    written_at: datetime
    charge: CallCharge
    kind: str = EntryKind.CALL.value
    version: int = 1
    description: str = ""
    actor: str = ""

    @property
    def amount(self) -> Decimal:
        """Return what moves: below zero, since the customer pays."""
        return -self.charge.price


# Column of the ledger -> where its value stands in a CallEntry.
COLUMNS: Mapping[str, str] = {
    "id": "id",
    "created_at": "written_at",
    "updated_at": "written_at",
    "account_id": "charge.payer.account_id",
    "kind": "kind",
    "amount": "amount",
    "currency": "charge.payer.currency",
    "happened_at": "charge.ended_at",
    "cdr_id": "charge.cdr_id",
    "version": "version",
    "description": "description",
    "actor": "actor",
}
values_of = attrgetter(*COLUMNS.values())


def payers_of(customers: Iterable[UUID | None]) -> dict[UUID, Payer]:
    """Return the accounts of `customers`, as far as they have one."""
    wanted = {customer for customer in customers if customer}
    rows = Account.objects.filter(customer__in=wanted).values_list("customer_id", "pk", "currency")
    return {customer: Payer(account, currency) for customer, account, currency in rows}


def uncharged_reason(customer: UUID | None, payer: Payer | None, price: Decimal | None, currency: str) -> str:
    """Return why a call's price cannot be entered (an UnchargedReason), or nothing: also where there is no price."""
    if not price or price < 0:
        return ""
    if customer is None:
        return UnchargedReason.NO_CUSTOMER.value
    if payer is None:
        return UnchargedReason.NO_ACCOUNT.value
    return "" if payer.currency == currency else UnchargedReason.CURRENCY.value


def copy_charges(charges: Sequence[CallCharge], now: datetime) -> None:
    """Enter calls that are new, through COPY; the ledger's trigger moves the balances, once for all of them."""
    if not charges:
        return
    with connection.cursor() as cursor, cursor.copy(f"COPY {LEDGER} ({', '.join(COLUMNS)}) FROM STDIN") as copy:
        for charge in charges:
            copy.write_row(values_of(CallEntry(new_id(), now, charge)))


@dataclass(frozen=True, slots=True)
class ChargeSummary:
    """How many calls were entered now, and how many still cannot be."""

    charged: int = 0
    uncharged: int = 0

    def __add__(self, other: "ChargeSummary") -> "ChargeSummary":
        return ChargeSummary(self.charged + other.charged, self.uncharged + other.uncharged)


def charge_calls(*, cdrs: Iterable[Cdr]) -> ChargeSummary:
    """Enter those of `cdrs` that have a price and no entry; a second time it changes nothing."""
    keys = [record.pk for record in cdrs]
    chunks = (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK))
    return sum(map(_charge_chunk, chunks), ChargeSummary())


def charge_waiting_calls() -> ChargeSummary:
    """Enter every call that has a price and no entry."""
    return charge_calls(cdrs=Cdr.objects.without_entry().only("pk").order_by("pk").iterator())


@transaction.atomic
def _charge_chunk(keys: list[UUID]) -> ChargeSummary:
    waiting = Cdr.objects.filter(pk__in=keys).without_entry().select_for_update(of=("self",)).order_by("pk")
    calls = list(waiting.only("pk", "customer_id", "price", "currency", "ended_at", "uncharged_reason"))
    payers = payers_of(call.customer_id for call in calls)
    entries, changed = [], []
    for call in calls:
        payer = payers.get(call.customer_id)
        reason = uncharged_reason(call.customer_id, payer, call.price, call.currency)
        if payer and not reason:
            entries.append(_entry(call, payer))
        if reason != call.uncharged_reason:
            call.uncharged_reason, call.updated_at = reason, timezone.now()
            changed.append(call)
    LedgerEntry.objects.bulk_create(entries, ignore_conflicts=True)
    Cdr.objects.bulk_update(changed, ["uncharged_reason", "updated_at"])
    return ChargeSummary(len(entries), len(calls) - len(entries))


def _entry(call: Cdr, payer: Payer) -> LedgerEntry:
    return LedgerEntry(
        account_id=payer.account_id,
        kind=EntryKind.CALL,
        amount=-(call.price or 0),
        currency=payer.currency,
        happened_at=call.ended_at,
        cdr_id=call.pk,
    )
