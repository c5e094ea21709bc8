"""The preview of a job: every outgoing call of its period priced by the prices of now, and what differs kept.

Calls are read in the order of their index, so that a part of them is as fast to find as the first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from billing.accounts.call_charges import Payer, why_not
from billing.models import (
    Cdr,
    CdrQuerySet,
    Direction,
    LedgerEntry,
    ReratedCall,
    Rerating,
    ReratingDifference,
    ReratingStatus,
)
from billing.rating.bulk.calls import BulkPrices
from billing.rating.called_numbers import called_forms, origin_of
from billing.rating.calls import CallFacts, PricedCall
from billing.rerating.pricing_inputs import UNKNOWN_CUSTOMER, PricingInputs, mark_of_prices, read_pricing_inputs
from billing.tariffs.loader import load_tariffs
from voipadmin.core.models import new_id
from voipadmin.core.runtime.gc_pause import gc_paused

CHUNK = 20_000
ZERO = Decimal(0)
CALLS, DIFFERENCES, LEDGER = (model._meta.db_table for model in (ReratedCall, ReratingDifference, LedgerEntry))


class StoredCall(NamedTuple):
    """What is read of a record, by the names there; the last columns are its rating."""

    id: UUID
    started_at: datetime
    answered_at: datetime | None
    dialled: str
    dst: str
    src: str
    billable_seconds: Decimal
    customer_id: UUID | None
    gateway_id: UUID | None
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


_FIRST_OF_RATING = StoredCall._fields.index("tariff_id")
RATING = StoredCall._fields[_FIRST_OF_RATING:]
_PRICE = RATING.index("price")
_COLUMNS = (
    "rerating_id", "cdr_id", "started_at", "customer_id", "old_tariff_id", "old_price", "old_cost", "old_currency",
    "old_applied_rate", "old_uncharged_reason", "account_id", "entry_id", "movement", "entry_currency", *RATING,
)  # fmt: skip
_COPY = f"COPY {CALLS} ({', '.join(_COLUMNS)}) FROM STDIN"

# Each call is looked up by itself: a ledger without statistics would be read from end to end.
_ENTERED = f"""SELECT call, entered.amount FROM unnest(%s::uuid[]) call
CROSS JOIN LATERAL (SELECT sum(amount) AS amount FROM {LEDGER} WHERE cdr_id = call OFFSET 0) entered
WHERE entered.amount IS NOT NULL"""  # noqa: S608 - our table

# Each amount under its own currency; a call counts where its new price is, else where its old one was.
_SUM_UP = f"""
INSERT INTO {DIFFERENCES} (rerating_id, customer_id, currency, calls, old_price, new_price, movement)
SELECT %(job)s, customer_id, currency, sum(calls), sum(old), sum(new), sum(moved) FROM (
    SELECT customer_id, old_currency AS currency, (currency = '')::int AS calls, old_price AS old, 0 AS new, 0 AS moved
    FROM {CALLS} WHERE rerating_id = %(job)s AND old_price IS NOT NULL
    UNION ALL SELECT customer_id, currency, 1, 0, price, 0 FROM {CALLS}
    WHERE rerating_id = %(job)s AND price IS NOT NULL
    UNION ALL SELECT customer_id, entry_currency, 0, 0, 0, movement FROM {CALLS}
    WHERE rerating_id = %(job)s AND movement <> 0
) amounts GROUP BY customer_id, currency
"""  # noqa: S608 - names of our own tables


@dataclass(slots=True)
class Counts:
    """How many calls were looked at, and how many would change."""

    total: int
    calls: int = 0
    changed: int = 0

    @property
    def progress(self) -> dict[str, int]:
        """Return what the page shows."""
        return {"done": self.calls, "total": self.total, "percent": 100 * self.calls // max(self.total, 1)}


def make_preview(job: Rerating) -> bool:
    """Compute what a job would change, from the beginning; return False where another worker is at it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 16))", [str(job.pk)])
        if not cursor.fetchone()[0]:
            return False
    try:
        with gc_paused():
            _compute(job)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 16))", [str(job.pk)])
    return True


def _compute(job: Rerating) -> None:
    job.refresh_from_db()
    if job.status != ReratingStatus.COMPUTING:
        return
    job.calls.all().delete()
    job.differences.all().delete()
    mark = mark_of_prices(job)
    inputs, prices = read_pricing_inputs(), BulkPrices(load_tariffs())
    counts = Counts(calls_of(job).count())
    for calls in _chunks(job):
        priced = prices.price_calls([_facts(call, inputs) for call in calls])
        counts.changed += _keep_changes(job, calls, priced, inputs)
        counts.calls += len(calls)
        if not _keeps_computing(job, {"progress": counts.progress}):
            return
    with transaction.atomic(), connection.cursor() as cursor:
        # Batches are taken in the order of an index, which is not worth it for a table that nobody knows.
        cursor.execute(f"ANALYZE {CALLS}")
        cursor.execute(_SUM_UP, {"job": job.pk})
        _keeps_computing(
            job,
            {
                "status": ReratingStatus.READY,
                "prices": mark,
                "summary": {"calls": counts.calls, "changed": counts.changed},
                "progress": counts.progress,
            },
        )


def _keeps_computing(job: Rerating, values: dict[str, Any]) -> bool:
    """Write to the job, unless somebody cancelled it meanwhile."""
    return bool(Rerating.objects.filter(pk=job.pk, status=ReratingStatus.COMPUTING).update(**values))


def calls_of(job: Rerating) -> CdrQuerySet:
    """Return the records that a job looks at: those that tariffs are for."""
    rows: CdrQuerySet = Cdr.objects.filter(
        direction=Direction.OUTBOUND, started_at__gte=job.started_from, started_at__lt=job.started_before
    )
    return rows.filter(customer=job.customer_id) if job.customer_id else rows


def _chunks(job: Rerating) -> Iterator[list[StoredCall]]:
    rows = calls_of(job).order_by("started_at", "id").values_list(*StoredCall._fields)
    found = list(map(StoredCall._make, rows[:CHUNK]))
    while found:
        yield found
        last = found[-1]
        later = Q(started_at__gt=last.started_at) | Q(id__gt=last.id)
        found = list(map(StoredCall._make, rows.filter(later, started_at__gte=last.started_at)[:CHUNK]))


def _facts(call: StoredCall, inputs: PricingInputs) -> CallFacts:
    """Return what decides the price of a record, as `billing.cdrs.services.facts_of` does for one."""
    customer = inputs.customers.get(call.customer_id, UNKNOWN_CUSTOMER) if call.customer_id else UNKNOWN_CUSTOMER
    return CallFacts(
        direction=Direction.OUTBOUND.value,
        numbers=(call.dialled, call.dst) if call.dialled else called_forms(call.dst, settings.DEFAULT_COUNTRY),
        at=call.answered_at or call.started_at,
        billable_seconds=call.billable_seconds if call.answered_at else ZERO,
        provider_cost=inputs.gateways.get(call.gateway_id) if call.gateway_id else None,
        origin=origin_of(call.src, customer.number, settings.DEFAULT_COUNTRY),
        plan_id=customer.plan_id,
    )


def _keep_changes(
    job: Rerating, calls: Sequence[StoredCall], priced: Sequence[PricedCall], inputs: PricingInputs
) -> int:
    """Keep the calls whose rating would be another one; return how many they are."""
    changes = []
    for call, new in zip(calls, priced, strict=True):
        payer = inputs.customers.get(call.customer_id, UNKNOWN_CUSTOMER).payer if call.customer_id else None
        rating = (*_values(new), _uncharged(call, new, payer))
        if rating != call[_FIRST_OF_RATING:]:
            changes.append((call, rating, payer))
    entered = _entered([call.id for call, _, _ in changes])
    rows = [_row(job, *change, entered.get(change[0].id, ZERO)) for change in changes]
    if rows:
        with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            for row in rows:
                copy.write_row(row)
    return len(rows)


def _entered(calls: list[UUID]) -> dict[UUID, Decimal]:
    """Return what the ledger holds for each of `calls`."""
    with connection.cursor() as cursor:
        cursor.execute(_ENTERED, [calls])
        return dict(cursor.fetchall())


def _values(new: PricedCall) -> tuple[Any, ...]:
    return (
        new.tariff_id, new.matched_pattern, new.applied_rate, new.billed_seconds, new.price, new.cost, new.margin,
        new.currency, new.cost_currency, new.cost_source, new.unrated_reason,
    )  # fmt: skip


def _uncharged(call: StoredCall, new: PricedCall, payer: Payer | None) -> str:
    payers = {call.customer_id: payer} if call.customer_id and payer else {}
    return why_not(call.customer_id, new.price, new.currency, payers)


def _row(
    job: Rerating, call: StoredCall, rating: tuple[Any, ...], payer: Payer | None, entered: Decimal
) -> tuple[Any, ...]:
    """Return the values of `_COLUMNS`; the entry makes the ledger hold what the new rating says."""
    price, uncharged = rating[_PRICE], rating[-1]
    owed = ZERO if uncharged else price or ZERO
    return (
        job.pk, call.id, call.started_at, call.customer_id, call.tariff_id, call.price, call.cost, call.currency,
        call.applied_rate, call.uncharged_reason, payer.account_id if payer else None, new_id(),
        -owed - entered if payer else ZERO, payer.currency if payer else "", *rating,
    )  # fmt: skip
