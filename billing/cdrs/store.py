"""Records of a node into the database: attributed, priced, each once, through COPY.

It runs inside the caller's transaction, which holds the node's lock.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from billing.accounts.call_charges import CallCharge, copy_charges, payers_of, why_not
from billing.cdrs.attempts import NO_RESULT, AttemptFacts, AttemptResult, Resolution, resolve_call
from billing.cdrs.attribution import Attribution, attribute
from billing.cdrs.partitions import make_room, month_of, months_later
from billing.cdrs.spool_format import SpoolRecord
from billing.models import Cdr, Disposition
from billing.rating.calls import PricedCall
from billing.tariffs.loader import CurrentTariffs
from voipadmin.core.models import new_id

Key = tuple[str, int]
TABLE = Cdr._meta.db_table

COLUMNS = (
    "id", "created_at", "updated_at", "node_name", "uniqueid", "linkedid", "sequence", "payload_hash", "attempt",
    "is_last_attempt", "src", "dst", "dialled", "caller_id", "channel", "destination_channel", "account_code",
    "started_at", "answered_at", "ended_at", "duration_seconds", "billable_seconds", "disposition", "dial_status",
    "cause", "sip_code", "post_dial_delay_ms", "recorded_result", "direction", "customer_id", "gateway_id",
    "route_id", "did_id", "tariff_id", "matched_pattern", "applied_rate", "billed_seconds", "price", "cost", "margin",
    "currency", "cost_currency", "cost_source", "unrated_reason",
    "uncharged_reason",
)  # fmt: skip


ANSWERED = Disposition.ANSWERED.value
ALONE = Resolution(speaks=True, result=NO_RESULT)


@dataclass(frozen=True, slots=True)
class StoredRecords:
    """What became of a batch: how many are new, how many were there already, and which cannot be stored.

    Those contradict what is there, or are of a month whose records are no longer kept.
    """

    imported: int = 0
    duplicates: int = 0
    conflicts: list[int] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)


@dataclass(slots=True)
class ExistingRecord:
    """A record of the database that shares its call with one of the batch."""

    pk: UUID
    payload_hash: str
    resolution: Resolution
    facts: AttemptFacts


@dataclass(slots=True)
class NewRecord:
    """A record of the batch that the database does not have."""

    record: SpoolRecord
    resolution: Resolution = ALONE

    @property
    def facts(self) -> AttemptFacts:
        """Return what matters to the others of its call."""
        record = self.record
        return _facts(record.sequence, record.disposition, record.destination_channel, record.result)


def store_records(node_name: str, records: Sequence[SpoolRecord], tariffs: CurrentTariffs) -> StoredRecords:
    """Write what is new of `records`; what cannot be stored is returned as positions in it."""
    if not records:
        return StoredRecords()
    dropped_months = make_room((record.started_at for record in records), timezone.now())
    existing = _existing(node_name, records)
    hashes: dict[Key, str] = {
        (uniqueid, row.facts.sequence): row.payload_hash for uniqueid, rows in existing.items() for row in rows
    }
    new: list[NewRecord] = []
    duplicates = 0
    conflicts: list[int] = []
    dropped: list[int] = []
    for position, record in enumerate(records):
        key = (record.uniqueid, record.sequence)
        if dropped_months and month_of(record.started_at) in dropped_months:
            dropped.append(position)
        elif key not in hashes:
            hashes[key] = record.payload_hash
            new.append(NewRecord(record))
        elif hashes[key] == record.payload_hash:
            duplicates += 1
        else:
            conflicts.append(position)
    if new:
        _resolve_calls(new, existing)
        _copy(node_name, new, tariffs)
    return StoredRecords(len(new), duplicates, conflicts, dropped)


# One array instead of thousands of parameters, whose parsing would cost more than the query. Each unique id is looked
# up by itself (OFFSET 0) in the index that has the order wanted: a month of which there are no statistics yet would be
# read from end to end.
FIND = f"""SELECT known.* FROM unnest(%s::text[]) wanted CROSS JOIN LATERAL (
    SELECT uniqueid, id, payload_hash, sequence, disposition, destination_channel, recorded_result,
        is_last_attempt, dial_status, cause, sip_code, post_dial_delay_ms
    FROM {TABLE} WHERE node_name = %s AND uniqueid = wanted"""  # noqa: S608 - a constant of this module
NEARBY = " AND started_at >= %s AND started_at < %s"
EACH = " ORDER BY sequence OFFSET 0) known"
# Unique ids begin with the second of their call: in another month there is none between those of a batch.
ELSEWHERE = f"""SELECT EXISTS (SELECT 1 FROM {TABLE}, (SELECT min(id), max(id) FROM unnest(%s::text[]) id) batch (a, z)
    WHERE node_name = %s AND uniqueid BETWEEN batch.a AND batch.z
    AND (started_at < %s OR started_at >= %s))"""  # noqa: S608 - a constant of this module


def _existing(node_name: str, records: Sequence[SpoolRecord]) -> dict[str, list[ExistingRecord]]:
    """Read what is known of the calls of `records`: of all months, although most are only glanced at."""
    uniqueids = list({record.uniqueid for record in records})
    moments = [record.started_at for record in records]
    around = [months_later(month_of(min(moments)), -1), months_later(month_of(max(moments)), 2)]
    calls: dict[str, list[ExistingRecord]] = defaultdict(list)
    with connection.cursor() as cursor:
        near = [datetime(month.year, month.month, 1, tzinfo=UTC) for month in around]
        cursor.execute(ELSEWHERE, [uniqueids, node_name, *near])
        everywhere = cursor.fetchone()[0]
        nearby, bounds = ("", []) if everywhere else (NEARBY, near)
        cursor.execute(FIND + nearby + EACH, [uniqueids, node_name, *bounds])
        for uniqueid, pk, payload_hash, sequence, disposition, destination, recorded, *now in cursor.fetchall():
            facts = _facts(sequence, disposition, destination, AttemptResult.from_text(recorded))
            resolution = Resolution(now[0], AttemptResult(*now[1:]))
            calls[uniqueid].append(ExistingRecord(pk, payload_hash, resolution, facts))
    return calls


def _facts(sequence: int, disposition: str, destination: str, recorded: AttemptResult) -> AttemptFacts:
    return AttemptFacts(sequence, disposition == ANSWERED, bool(destination), recorded)


def _resolve_calls(new: list[NewRecord], existing: dict[str, list[ExistingRecord]]) -> None:
    """See each record among the others of its call, those of earlier batches included."""
    calls: dict[str, list[NewRecord]] = defaultdict(list)
    for row in new:
        calls[row.record.uniqueid].append(row)
    for uniqueid, rows in calls.items():
        earlier = existing.get(uniqueid, [])
        if not earlier and len(rows) == 1:
            [rows[0].resolution] = resolve_call([rows[0].facts])
            continue
        resolved = resolve_call([known.facts for known in earlier] + [row.facts for row in rows])
        for row, resolution in zip(rows, resolved[len(earlier) :], strict=True):
            row.resolution = resolution
        for known, resolution in zip(earlier, resolved[: len(earlier)], strict=True):
            if known.resolution != resolution:
                Cdr.objects.filter(pk=known.pk).update(is_last_attempt=resolution.speaks, **resolution.result._asdict())


def _copy(node_name: str, new: list[NewRecord], tariffs: CurrentTariffs) -> None:
    now = timezone.now()
    attributions = attribute([row.record for row in new])
    payers = payers_of({whose.customer_id for whose in attributions})
    # Pricing may read a carrier's deck, and a connection that copies answers nothing else.
    prices = tariffs.price_calls([whose.facts(row.record) for row, whose in zip(new, attributions, strict=True)])
    charges: list[CallCharge] = []
    statement = f"COPY {TABLE} ({', '.join(COLUMNS)}) FROM STDIN"
    written = now.isoformat()
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row, whose, priced in zip(new, attributions, prices, strict=True):
            key, customer = new_id(), whose.customer_id
            uncharged = why_not(customer, priced.price, priced.currency, payers)
            if priced.price and customer and not uncharged:
                charges.append(CallCharge(payers[customer], key, priced.price, row.record.ended_at))
            copy.write_row((key, written, written, node_name, *_values(row, whose, priced), uncharged))
    copy_charges(charges, now)


def _values(new: NewRecord, whose: Attribution, priced: PricedCall) -> Iterable[Any]:
    """Return the values of `COLUMNS` from the unique id on, but the last."""
    record = new.record
    return (
        record.uniqueid, record.linkedid, record.sequence, record.payload_hash, record.attempt or 1,
        new.resolution.speaks, record.src, record.dst, record.dialled, record.caller_id, record.channel,
        record.destination_channel, record.account_code, record.started_at, record.answered_at, record.ended_at,
        record.duration_seconds, record.billable_seconds, record.disposition, *new.resolution.result,
        record.result.to_text(), whose.direction, whose.customer_id, whose.gateway_id, whose.route_id, whose.did_id,
        priced.tariff_id, priced.matched_pattern, priced.applied_rate, priced.billed_seconds, priced.price,
        priced.cost, priced.margin, priced.currency, priced.cost_currency, priced.cost_source, priced.unrated_reason,
    )  # fmt: skip
