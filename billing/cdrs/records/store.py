"""Records of a node into the database: attributed, priced, each once, through COPY.

Everything here runs inside the caller's transaction, which holds the node's lock.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import connection
from django.utils import timezone

from billing.accounts.call_charges import CallCharge, copy_charges, payers_of, uncharged_reason
from billing.cdrs.lines.attempts import NO_RESULT, AttemptFacts, Resolution, resolve_call
from billing.cdrs.lines.spool_format import SpoolRecord
from billing.cdrs.records.attribution import attribute
from billing.cdrs.records.columns import COLUMNS, CdrRow, StoredRecord, attempt_facts, values_of
from billing.cdrs.records.partitions import make_partitions, month_of, months_later
from billing.models import Cdr
from billing.signals import records_stored
from billing.tariffs.loader import CurrentTariffs
from voipadmin.core.models import new_id

# Unique id and sequence: within a node they name a record.
RecordKey = tuple[str, int]
TABLE = Cdr._meta.db_table
ALONE = Resolution(is_last_attempt=True, result=NO_RESULT)


@dataclass(frozen=True, slots=True)
class StoreSummary:
    """What became of a batch: how many are new, how many were there already, and which cannot be stored.

    `conflicts` (other content under a stored key) and `dropped` (of a month whose records are no longer kept) are
    positions in the batch.
    """

    imported: int = 0
    duplicates: int = 0
    conflicts: list[int] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)


@dataclass(slots=True)
class NewRecord:
    """A record of the batch that the database does not have."""

    record: SpoolRecord
    resolution: Resolution = ALONE

    @property
    def facts(self) -> AttemptFacts:
        """Return what matters to the other records of its call."""
        record = self.record
        return attempt_facts(record.sequence, record.disposition, record.destination_channel, record.result)


def store_records(node_name: str, records: Sequence[SpoolRecord], tariffs: CurrentTariffs) -> StoreSummary:
    """Write what is new of `records`; what cannot be stored is returned as positions in it.

    1. Make the partitions of the months that the records are of.
    2. Read the stored records of the same calls.
    3. Sort each record out: new, a duplicate, a conflict, or of a dropped month.
    4. Decide, call by call, which record the call is counted by and how each attempt ended.
    5. Attribute and price the new ones, copy them in, and enter their prices in the ledger.
    """
    if not records:
        return StoreSummary()
    dropped_months = make_partitions((record.started_at for record in records), timezone.now())
    stored = _stored(node_name, records)
    hashes = _hashes(stored)
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
        _resolve_calls(new, stored)
        _copy(node_name, new, tariffs)
    return StoreSummary(len(new), duplicates, conflicts, dropped)


def stored_hashes(node_name: str, records: Sequence[SpoolRecord]) -> dict[RecordKey, str]:
    """Return the hashes of the content of stored records of the same calls as `records`, by key; nothing is written."""
    return _hashes(_stored(node_name, records)) if records else {}


def _hashes(stored: dict[str, list[StoredRecord]]) -> dict[RecordKey, str]:
    return {(uniqueid, row.sequence): row.payload_hash for uniqueid, rows in stored.items() for row in rows}


# The unique ids go as one array: the parsing of thousands of parameters would cost more than the query. Each is looked
# up by itself in the index that has the order wanted; OFFSET 0 keeps the planner from joining instead, which would
# read a month of which there are no statistics yet from end to end.
FIND = f"""SELECT known.* FROM unnest(%s::text[]) wanted CROSS JOIN LATERAL (
    SELECT {", ".join(StoredRecord._fields)} FROM {TABLE} WHERE node_name = %s AND uniqueid = wanted"""  # noqa: S608 - constants of ours
NEARBY = " AND started_at >= %s AND started_at < %s"
EACH = " ORDER BY sequence OFFSET 0) known"
# A record of one of these calls in another partition than those nearby: unique ids begin with the second of their call,
# so that in another month there is none between those of a batch.
ELSEWHERE = f"""SELECT EXISTS (SELECT 1 FROM {TABLE}, (SELECT min(id), max(id) FROM unnest(%s::text[]) id) batch (a, z)
    WHERE node_name = %s AND uniqueid BETWEEN batch.a AND batch.z
    AND (started_at < %s OR started_at >= %s))"""  # noqa: S608 - a constant of this module


def _stored(node_name: str, records: Sequence[SpoolRecord]) -> dict[str, list[StoredRecord]]:
    """Return the stored records of the calls of `records`, by unique id.

    1. Take the months of the batch, and one before and after, as the partitions in which they are expected.
    2. Ask the index of every other partition whether it holds any between the batch's unique ids: as a rule, none.
    3. Read the expected partitions alone, or all of them where another one may hold some.
    """
    uniqueids = list({record.uniqueid for record in records})
    moments = [record.started_at for record in records]
    months = [months_later(month_of(min(moments)), -1), months_later(month_of(max(moments)), 2)]
    near = [datetime(month.year, month.month, 1, tzinfo=UTC) for month in months]
    calls: dict[str, list[StoredRecord]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(ELSEWHERE, [uniqueids, node_name, *near])
        everywhere = cursor.fetchone()[0]
        nearby, bounds = ("", []) if everywhere else (NEARBY, near)
        cursor.execute(FIND + nearby + EACH, [uniqueids, node_name, *bounds])
        for row in map(StoredRecord._make, cursor.fetchall()):
            calls[row.uniqueid].append(row)
    return calls


def _resolve_calls(new: list[NewRecord], stored: dict[str, list[StoredRecord]]) -> None:
    """Resolve each record among the others of its call; correct stored ones of which the new ones say otherwise."""
    calls: dict[str, list[NewRecord]] = defaultdict(list)
    for row in new:
        calls[row.record.uniqueid].append(row)
    for uniqueid, rows in calls.items():
        earlier = stored.get(uniqueid, [])
        if not earlier and len(rows) == 1:
            [rows[0].resolution] = resolve_call([rows[0].facts])
            continue
        resolved = resolve_call([known.facts for known in earlier] + [row.facts for row in rows])
        for row, resolution in zip(rows, resolved[len(earlier) :], strict=True):
            row.resolution = resolution
        for known, resolution in zip(earlier, resolved[: len(earlier)], strict=True):
            if known.resolution != resolution:
                columns = {"is_last_attempt": resolution.is_last_attempt, **resolution.result._asdict()}
                Cdr.objects.filter(pk=known.id).update(**columns)


def _copy(node_name: str, new: list[NewRecord], tariffs: CurrentTariffs) -> None:
    """Attribute and price the new records, copy them into the table, and enter what their customers pay.

    COPY takes rows several times as fast as INSERT. Nothing of Django looks at them: no signal, no default of a field,
    no validation, so that every column is given by `COLUMNS`.
    """
    now = timezone.now()
    rows = _priced_rows(node_name, new, tariffs, now)
    # All is read by now: a connection that copies answers nothing else.
    with connection.cursor() as cursor, cursor.copy(f"COPY {TABLE} ({', '.join(COLUMNS)}) FROM STDIN") as copy:
        for row, _charge in rows:
            copy.write_row(values_of(row))
    copy_charges([charge for _row, charge in rows if charge], now)
    records_stored.send(sender=Cdr, ended=[item.record.ended_at for item in new])


def _priced_rows(
    node_name: str, new: list[NewRecord], tariffs: CurrentTariffs, now: datetime
) -> list[tuple[CdrRow, CallCharge | None]]:
    """Return the row of each new record, with the charge that its customer's account gets."""
    attributions = attribute([row.record for row in new])
    payers = payers_of({attribution.customer_id for attribution in attributions})
    facts = [attribution.facts(row.record) for row, attribution in zip(new, attributions, strict=True)]
    written_at = now.isoformat()  # as text once, not as a moment that is adapted for each row
    rows: list[tuple[CdrRow, CallCharge | None]] = []
    for item, attribution, price in zip(new, attributions, tariffs.price_calls(facts), strict=True):
        record, key, customer = item.record, new_id(), attribution.customer_id
        payer = payers.get(customer) if customer else None
        uncharged = uncharged_reason(customer, payer, price.price, price.currency)
        charge = None
        if price.price and payer and not uncharged:
            charge = CallCharge(payer, key, price.price, record.ended_at)
        row = CdrRow(key, written_at, node_name, record, item.resolution, attribution, price, uncharged)
        rows.append((row, charge))
    return rows
