"""The preview of a job: what rating its calls again, by the prices of now, would change.

1. Take the mark of all prices, and read the pricing inputs.
2. Read the outgoing calls of the period in chunks, in the order of their index: the last chunk is found as fast as the
   first.
3. Price each chunk over arrays, and keep the calls whose rating would be another one, each with the entry that makes
   the ledger hold its new price.
4. Sum up what was kept, by customer and currency, and mark the job as ready to approve.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from billing.accounts.call_charges import Payer, uncharged_reason
from billing.models import (
    Cdr,
    CdrQuerySet,
    Direction,
    Disposition,
    LedgerEntry,
    ReratedCall,
    Rerating,
    ReratingDifference,
    ReratingStatus,
)
from billing.rating.bulk.calls import BulkPrices
from billing.rating.called_numbers import endpoint_of, key_of_record, origin_of_record
from billing.rating.calls import CallFacts, PricedCall
from billing.rerating.changed_calls import (
    COLUMNS,
    READ,
    ZERO,
    ChangedCall,
    Rating,
    StoredCall,
    rating_of,
    stored_call,
    values_of,
)
from billing.rerating.pricing_inputs import UNKNOWN_CUSTOMER, PricingInputs, mark_of_prices, read_pricing_inputs
from billing.tariffs.loader import load_tariffs
from voipadmin.core.jobs.locking import working_on
from voipadmin.core.jobs.running import report_progress
from voipadmin.core.models import new_id
from voipadmin.core.runtime.gc_pause import gc_paused
from voipadmin.core.runtime.locks import SessionLock

CHUNK = 20_000
CALLS, DIFFERENCES, LEDGER = (model._meta.db_table for model in (ReratedCall, ReratingDifference, LedgerEntry))
_COPY = f"COPY {CALLS} ({', '.join(COLUMNS)}) FROM STDIN"

# Each call is looked up by itself (OFFSET 0 keeps the planner from joining): a ledger without statistics would be read
# from end to end.
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
    """Compute what a job would change, from the beginning; return False where another worker does, or nobody need."""
    with working_on(job, ReratingStatus.COMPUTING) as lock:
        if lock is None:
            return False
        with gc_paused():
            _compute(job, lock)
    return True


def _compute(job: Rerating, lock: SessionLock) -> None:
    job.calls.all().delete()
    job.differences.all().delete()
    mark = mark_of_prices(job)
    inputs, prices = read_pricing_inputs(), BulkPrices(load_tariffs())
    counts = Counts(calls_of(job).count())
    for calls in _chunks(job):
        priced = prices.price_calls([_facts(call, inputs) for call in calls])
        lock.assert_held()
        counts.changed += _keep_changes(job, calls, priced, inputs)
        counts.calls += len(calls)
        report_progress(counts.calls, counts.total)
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
    computing = Rerating.objects.filter(pk=job.pk, status=ReratingStatus.COMPUTING)
    return bool(computing.update(**values, updated_at=timezone.now()))


def calls_of(job: Rerating) -> CdrQuerySet:
    """Return the records that a job looks at: those that tariffs are for."""
    rows: CdrQuerySet = Cdr.objects.filter(
        direction=Direction.OUTBOUND, started_at__gte=job.started_from, started_at__lt=job.started_before
    )
    return rows.filter(customer=job.customer_id) if job.customer_id else rows


def _chunks(job: Rerating) -> Iterator[list[StoredCall]]:
    """Yield the calls in the order of their index; a chunk begins after the last call of the one before."""
    rows = calls_of(job).order_by("started_at", "id").values_list(*READ)
    found = list(map(stored_call, rows[:CHUNK]))
    while found:
        yield found
        last = found[-1]
        later = Q(started_at__gt=last.started_at) | Q(id__gt=last.id)
        found = list(map(stored_call, rows.filter(later, started_at__gte=last.started_at)[:CHUNK]))


def _facts(call: StoredCall, inputs: PricingInputs) -> CallFacts:
    """Return what decides the price of a record, as `billing.cdrs.services.facts_of` does for one."""
    customer = inputs.customers.get(call.customer_id, UNKNOWN_CUSTOMER) if call.customer_id else UNKNOWN_CUSTOMER
    plan = inputs.plans.at(call.started_at)
    area = inputs.areas.get(endpoint_of(call.channel)) or customer.home_area
    return CallFacts(
        direction=Direction.OUTBOUND.value,
        number=key_of_record(call, plan, area),
        at=call.answered_at or call.started_at,
        billable_seconds=call.billable_seconds,
        is_answered=call.disposition == Disposition.ANSWERED,
        provider_cost=inputs.gateways.get(call.gateway_id) if call.gateway_id else None,
        origin=origin_of_record(call, customer.number, plan, area),
        plan_id=customer.plan_id,
    )


def _keep_changes(
    job: Rerating, calls: Sequence[StoredCall], prices: Sequence[PricedCall], inputs: PricingInputs
) -> int:
    """Keep the calls whose rating would be another one; return how many they are."""
    changes: list[tuple[StoredCall, Rating, Payer | None]] = []
    for call, price in zip(calls, prices, strict=True):
        payer = inputs.customers.get(call.customer_id, UNKNOWN_CUSTOMER).payer if call.customer_id else None
        rating = rating_of(price, uncharged_reason(call.customer_id, payer, price.price, price.currency))
        if rating != call.rating:
            changes.append((call, rating, payer))
    entered = _entered([call.id for call, _rating, _payer in changes])
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for call, rating, payer in changes:
            changed = ChangedCall(job.pk, new_id(), call, rating, payer, entered.get(call.id, ZERO))
            copy.write_row(values_of(changed))
    return len(changes)


def _entered(calls: list[UUID]) -> dict[UUID, Decimal]:
    """Return what the ledger holds for each of `calls`."""
    with connection.cursor() as cursor:
        cursor.execute(_ENTERED, [calls])
        return dict(cursor.fetchall())
