"""A whole file of call records as somebody sent it: what its lines are, and what importing them would do.

1. Where a line of the file is a record as it stands, its lines are read as they stand.
2. Else the file is read as a table; its headings, or a person, say what the columns are. Each row becomes a line.
3. Where no line is a record, the file holds none, and is refused as a whole.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from pathlib import Path

from billing.cdrs.files.spool_file import SpoolFile
from billing.cdrs.lines.plain_format import HeadedLayout
from billing.cdrs.lines.record_values import Malformed
from billing.cdrs.lines.spool_format import SpoolRecord, parse_line
from billing.cdrs.lines.table_headings import columns_of, date_order_of, heading_row, headings_hash, missing_roles
from billing.cdrs.records.store import stored_hashes
from billing.models import CdrLayout, Disposition, RejectReason
from voipadmin.core.sheets.apart import FOR_A_PAGE, read_rows
from voipadmin.core.sheets.cells import Cell, text_of
from voipadmin.core.sheets.input_errors import CellError

BATCH = 5_000
SHOWN_LINES = 20
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class CallFile:
    """The lines of a file, and how they are read: with a layout where they are rows of a table with headings.

    `missing` are the roles without which its rows are no records, `date_order` is `?` where a person has to say it.
    """

    lines: list[bytes]
    headings: tuple[str, ...] = ()
    layout: HeadedLayout | None = None
    missing: tuple[str, ...] = ()

    @property
    def is_readable(self) -> bool:
        """Tell whether it is known what the columns are."""
        return not self.missing and (self.layout is None or self.layout.date_order != "?")


@dataclass
class CallFilePreview:
    """How many lines are what; `rejected` are the first lines that are none, with number, reason and detail."""

    lines: int = 0
    new: int = 0
    known: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    rejected: list[tuple[int, str, str]] = field(default_factory=list)
    records: list[SpoolRecord] = field(default_factory=list)

    @property
    def rejected_count(self) -> int:
        """Return how many lines are no records."""
        return sum(self.reasons.values())

    @property
    def holds_records(self) -> bool:
        """Tell whether any line is a record."""
        return bool(self.new or self.known)

    @property
    def first_records(self) -> list[tuple[SpoolRecord, str]]:
        """Return the first records, each with how it ended in words."""
        return [(record, str(Disposition(record.disposition).label)) for record in self.records]

    @property
    def reason_counts(self) -> list[tuple[str, int]]:
        """Return the reasons in words, each with its number of lines, the commonest first."""
        return [(str(RejectReason(reason).label), count) for reason, count in self.reasons.most_common()]


def read_call_file(
    content: bytes, zone: tzinfo, columns: Mapping[str, int] | None = None, date_order: str = ""
) -> CallFile:
    """Return the lines of a file and how they are read; raise FileError where it can be read in no way.

    `columns` are what a person says of them; else those remembered for these headings, else those the headings name.
    """
    lines = [line.rstrip(b"\r") for line in content.removeprefix(_BOM).split(b"\n")]
    lines = [line for line in lines if line]
    if columns is None and any(is_record(line, zone) for line in lines):
        return CallFile(lines)
    return _read_table(content, columns, date_order)


def is_record(line: bytes, zone: tzinfo, layout: HeadedLayout | None = None) -> bool:
    """Tell whether a line is a record as it stands, or as a row of a table with headings."""
    try:
        parse_line(line, plain_zone=zone, layout=layout)
    except Malformed:
        return False
    return True


def has_records(path: Path, zone: tzinfo) -> bool:
    """Tell whether a line of a file is a record as it stands, or it has no line at all; raise OSError."""
    with SpoolFile(path) as file:
        empty, end = True, 0
        for line, end in file.lines(0):  # noqa: B007 - what follows the last whole line is looked at below
            empty = empty and not line.content
            if line.content and is_record(line.content, zone):
                return True
        rest = file.rest(end).strip()
        return is_record(rest, zone) if rest else empty


def _read_table(content: bytes, columns: Mapping[str, int] | None, date_order: str) -> CallFile:
    rows = [list(map(_text, row)) for row in read_rows(content, FOR_A_PAGE)]
    place = heading_row(rows)
    if place is None:
        return CallFile([_line(row) for row in rows if any(row)])
    headings, body = tuple(rows[place]), [row for row in rows[place + 1 :] if any(row)]
    known = CdrLayout.objects.filter(headings_hash=headings_hash(headings)).first()
    if columns is None:
        columns = known.columns if known else columns_of(headings)
        date_order = date_order or (known.date_order if known else "")
    layout = HeadedLayout(columns, date_order or date_order_of(HeadedLayout(columns), body), len(headings))
    return CallFile(list(map(_line, body)), headings, layout, missing_roles(columns))


def _text(cell: Cell) -> str:
    if isinstance(cell, datetime | date):
        return cell.isoformat(" ", "seconds") if isinstance(cell, datetime) else cell.isoformat()
    try:
        return text_of(cell)
    except CellError:
        return str(cell)


def _line(row: Sequence[str]) -> bytes:
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow([cell.replace("\n", " ") for cell in row])
    return written.getvalue().encode()


def preview_call_file(file: CallFile, node_name: str, zone: tzinfo) -> CallFilePreview:
    """Return how many lines would become records of a node, changing nothing."""
    found = CallFilePreview()
    seen: dict[tuple[str, int], str] = {}
    for records in _batches(_records(file, zone, found)):
        stored = stored_hashes(node_name, records)
        for record in records:
            key = record.uniqueid, record.sequence
            there = stored.get(key) or seen.setdefault(key, record.payload_hash)
            is_new = key not in stored and there is record.payload_hash
            found.new += is_new
            found.known += not is_new and there == record.payload_hash
            if there != record.payload_hash:
                found.reasons[RejectReason.CONFLICT.value] += 1
        found.records += records[: SHOWN_LINES - len(found.records)]
    return found


def _records(file: CallFile, zone: tzinfo, found: CallFilePreview) -> Iterator[SpoolRecord]:
    for number, line in enumerate(file.lines, start=1):
        found.lines += 1
        try:
            yield parse_line(line, plain_zone=zone, layout=file.layout)
        except Malformed as error:
            found.reasons[error.reason] += 1
            if len(found.rejected) < SHOWN_LINES:
                found.rejected.append((number, str(RejectReason(error.reason).label), error.detail))


def _batches(records: Iterable[SpoolRecord]) -> Iterator[list[SpoolRecord]]:
    batch: list[SpoolRecord] = []
    for record in records:
        batch.append(record)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
