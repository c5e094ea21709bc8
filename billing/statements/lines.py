"""The entries of a statement: calls one by one for its annex, and all other movements.

A statement has the entries of its period that were there when it took the period, and the late ones that it took:
those that `LateEntry` gives it. Nothing of both can change, since the ledger only grows.
"""

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Sum

from billing.accounts.periods import LONGEST_CALL
from billing.models import Cdr, EntryKind, LateEntry, LedgerEntry, Statement, StatementPart, Tariff

LEDGER, CALL, TARIFF, LATE = (model._meta.db_table for model in (LedgerEntry, Cdr, Tariff, LateEntry))
CALLS = (EntryKind.CALL.value, EntryKind.CORRECTION.value)
RECEIPTS = (EntryKind.TOP_UP.value, EntryKind.PAYMENT.value)
CHUNK = 5_000
LINES_OF_A_PART = 20_000

_PERIOD = "entry.account_id = %(account)s AND entry.happened_at >= %(begins)s AND entry.happened_at < %(ends)s"
_IN_TIME = f"{_PERIOD} AND NOT EXISTS (SELECT 1 FROM {LATE} late WHERE late.entry_id = entry.id)"  # noqa: S608 - our own table
_LATE = f"entry.id IN (SELECT late.entry_id FROM {LATE} late WHERE late.statement_id = %(statement)s)"  # noqa: S608 - our own table


class CallLine(NamedTuple):
    """A line of the annex. `amount` is what the customer owes for it; `late`: older than the statement's period."""

    kind: str
    counted_at: datetime
    started_at: datetime | None
    caller: str
    called: str
    destination: str
    billed_seconds: int
    amount: Decimal
    late: bool


@dataclass(frozen=True, slots=True)
class OtherLine:
    """A movement that is no call. `is_receipt`: money that came in, or that is given back."""

    kind: str
    happened_at: datetime
    description: str
    amount: Decimal
    late: bool
    is_receipt: bool


def call_lines(statement: Statement) -> Iterator[CallLine]:
    """Yield the calls of a statement: those of its period, then late ones and corrections of earlier calls."""
    columns = """entry.kind, entry.happened_at, call.started_at, coalesce(call.src, ''),
        coalesce(nullif(call.called_number, ''), call.dst, ''), coalesce(tariff.name, ''),
        CASE WHEN entry.kind = 'call' THEN coalesce(call.billed_seconds, 0) ELSE 0 END, -entry.amount"""
    # A call counts when it ends, and its record is stored by its start: older parts of the records are not read.
    pruned = "AND call.started_at >= %(oldest)s AND call.started_at < %(ends)s"
    sql = f"""
        SELECT {columns}, false AS late FROM {LEDGER} entry
        LEFT JOIN {CALL} call ON call.id = entry.cdr_id {pruned}
        LEFT JOIN {TARIFF} tariff ON tariff.id = call.tariff_id
        WHERE {_IN_TIME} AND entry.kind = 'call' ORDER BY entry.happened_at, entry.id
    """  # noqa: S608 - the names of our own tables
    yield from _read_calls(statement, sql)
    sql = f"""
        SELECT {columns}, entry.happened_at < %(begins)s
            OR (entry.kind <> 'call' AND NOT coalesce(call.ended_at >= %(begins)s, false))
        FROM {LEDGER} entry
        LEFT JOIN {CALL} call ON call.id = entry.cdr_id
        LEFT JOIN {TARIFF} tariff ON tariff.id = call.tariff_id
        WHERE ({_IN_TIME} AND entry.kind = 'rerating') OR ({_LATE} AND entry.kind IN ('call', 'rerating'))
        ORDER BY entry.happened_at, entry.id
    """  # noqa: S608 - the names of our own tables
    yield from _read_calls(statement, sql)


def _read_calls(statement: Statement, sql: str) -> Iterator[CallLine]:
    """Yield the rows while they are read: a cursor of the server, within the caller's transaction."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(sql, _values(statement))
        while rows := cursor.fetchmany(CHUNK):
            yield from map(CallLine._make, rows)


def other_lines(statement: Statement) -> list[OtherLine]:
    """Return what is no call: payments, fees, adjustments and reversals, in their order."""
    sql = f"""
        SELECT entry.kind, entry.happened_at, entry.description, -entry.amount, entry.happened_at < %(begins)s,
            coalesce(reversed.kind, entry.kind) = ANY(%(receipts)s)
        FROM {LEDGER} entry LEFT JOIN {LEDGER} reversed ON reversed.id = entry.reverses_id
        WHERE (({_IN_TIME}) OR {_LATE}) AND NOT entry.kind = ANY(%(calls)s) ORDER BY entry.happened_at, entry.id
    """  # noqa: S608 - the names of our own tables
    with connection.cursor() as cursor:
        cursor.execute(sql, _values(statement))
        return [OtherLine(*row) for row in cursor.fetchall()]


def balance_before(statement: Statement) -> Decimal:
    """Return what was on the account before an account's first statement."""
    rows = LedgerEntry.objects.filter(account_id=statement.account_id, happened_at__lt=statement.begins_at)
    found: Decimal | None = rows.filter(late=None).aggregate(sum=Sum("amount"))["sum"]
    return found or Decimal(0)


def _values(statement: Statement) -> dict[str, Any]:
    return {
        "statement": statement.pk,
        "account": statement.account_id,
        "begins": statement.begins_at,
        "ends": statement.ends_at,
        "oldest": statement.begins_at - LONGEST_CALL,
        "calls": list(CALLS),
        "receipts": list(RECEIPTS),
    }


def keep_part(statement: Statement, place: int, lines: Sequence[CallLine]) -> None:
    """Keep lines of the annex as they are; each is a JSON list on a line of its own."""
    text = "".join(json.dumps(_as_json(line), ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
    StatementPart.objects.create(statement=statement, place=place, lines=zlib.compress(text.encode(), 6))


def kept_lines(statement: Statement, *, first: int = 0) -> Iterator[CallLine]:
    """Yield the lines of an issued statement's annex from the line `first` on, part by part."""
    parts = statement.parts.filter(place__gte=first // LINES_OF_A_PART).order_by("place")
    skipped = first % LINES_OF_A_PART
    for part in parts.iterator(chunk_size=1):
        for line in zlib.decompress(bytes(part.lines)).decode().splitlines()[skipped:]:
            yield _from_json(json.loads(line))
        skipped = 0


def _as_json(line: CallLine) -> list[Any]:
    started = line.started_at.isoformat() if line.started_at else None
    moments = [line.kind, line.counted_at.isoformat(), started]
    return [*moments, line.caller, line.called, line.destination, line.billed_seconds, str(line.amount), line.late]


def _from_json(values: list[Any]) -> CallLine:
    kind, counted, started, caller, called, destination, seconds, amount, late = values
    began = datetime.fromisoformat(started) if started else None
    return CallLine(
        kind, datetime.fromisoformat(counted), began, caller, called, destination, seconds, Decimal(amount), late
    )
