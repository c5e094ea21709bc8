"""The import of a node's spool: no line is lost, none is imported twice. Rows and position commit together.

Asterisk writes the spool. A SpoolPosition says how far a file was read, by node, device and inode, so that a rename
does not lose it. A file whose first line, or the bytes before that position, have changed was truncated or replaced: it
is read from its beginning, and records that are stored already are skipped.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import tzinfo
from itertools import islice

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from billing.cdrs.files.spool_file import FileIdentity, SpoolFile, SpoolLine
from billing.cdrs.lines.plain_format import HeadedLayout
from billing.cdrs.lines.record_values import Malformed
from billing.cdrs.lines.spool_format import MAX_LINE_BYTES, SpoolRecord, parse_line
from billing.cdrs.records.rejected import report_rejected
from billing.cdrs.records.store import store_records
from billing.models import RejectedRecord, RejectReason, SpoolPosition
from billing.tariffs.loader import CurrentTariffs
from voipadmin.core.runtime.gc_pause import gc_paused

BATCH_LINES = 5_000
# A customer or tariff that is deleted while a batch is written makes the commit fail; the batch is then done again.
TRIES = 5


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What became of the lines that were read."""

    lines: int = 0
    imported: int = 0
    duplicates: int = 0
    rejected: int = 0
    read_bytes: int = 0

    def __add__(self, other: "ImportSummary") -> "ImportSummary":
        return ImportSummary(
            self.lines + other.lines,
            self.imported + other.imported,
            self.duplicates + other.duplicates,
            self.rejected + other.rejected,
            self.read_bytes + other.read_bytes,
        )


@dataclass(slots=True)
class SpoolImporter:
    """Imports the spools of one node; `plain_zone` is the clock in which its Master.csv is written."""

    node_name: str
    plain_zone: tzinfo = field(default_factory=timezone.get_default_timezone)
    batch_lines: int = BATCH_LINES
    # What the columns are, of rows of a table with headings.
    layout: HeadedLayout | None = None
    _tariffs: CurrentTariffs = field(default_factory=CurrentTariffs)

    def batches(self, spool: SpoolFile) -> Iterator[ImportSummary]:
        """Import what is new in `spool`, yielding after each committed batch, until only half a line is left."""
        while (summary := self.import_batch(spool)).read_bytes:
            yield summary

    def import_batch(self, spool: SpoolFile) -> ImportSummary:
        """Import the next lines in one transaction; return an empty summary where there are none.

        1. Take the node's lock: one importer at a time writes its records.
        2. Find the position, and read the lines after it.
        3. Store what is a record, keep the other lines as rejected records, and advance the position.
        """
        with gc_paused():
            for _attempt in range(TRIES - 1):
                try:
                    return self._import_batch(spool)
                except IntegrityError:
                    continue
            return self._import_batch(spool)

    @transaction.atomic
    def _import_batch(self, spool: SpoolFile) -> ImportSummary:
        lock_node(self.node_name)
        position = self._position(spool)
        lines: list[SpoolLine] = []
        end = position.offset
        for line, after in islice(spool.lines(position.offset), self.batch_lines):
            lines.append(line)
            end = after
        if not lines:
            return ImportSummary()
        summary = self._store(lines, str(spool.path))
        read = end - position.offset
        self._advance(position, end, spool)
        return ImportSummary(summary.lines, summary.imported, summary.duplicates, summary.rejected, read)

    def finish(self, spool: SpoolFile) -> ImportSummary:
        """Import the last line of a file that nobody writes any more, although it has no line end."""
        with transaction.atomic():
            lock_node(self.node_name)
            position = self._position(spool)
            rest = spool.rest(position.offset)
            if not rest:
                return ImportSummary()
            line = SpoolLine(position.offset, rest)
            summary = self._store([line], str(spool.path), unfinished=True)
            self._advance(position, position.offset + len(rest), spool)
        return summary

    def replay(self, lines: list[bytes], path: str) -> ImportSummary:
        """Import given lines again, such as rejected ones; no position is read or written."""
        with transaction.atomic():
            lock_node(self.node_name)
            return self._store([SpoolLine(0, line) for line in lines], path)

    def _position(self, spool: SpoolFile) -> SpoolPosition:
        identity = spool.identity()
        position = SpoolPosition.objects.filter(
            node_name=self.node_name, device=identity.device, inode=identity.inode
        ).first()
        if position is None:
            return SpoolPosition(
                node_name=self.node_name, device=identity.device, inode=identity.inode, head_hash=identity.head_hash
            )
        if _is_another_file(position, identity) or position.tail_hash != spool.tail_hash(position.offset):
            position.offset = 0
            position.head_hash = identity.head_hash
        return position

    def _advance(self, position: SpoolPosition, offset: int, spool: SpoolFile) -> None:
        position.offset = offset
        position.path = str(spool.path)[-500:]
        position.head_hash = position.head_hash or spool.identity().head_hash
        position.tail_hash = spool.tail_hash(offset)
        position.save()

    def _store(self, found: list[SpoolLine], path: str, *, unfinished: bool = False) -> ImportSummary:
        records: list[SpoolRecord] = []
        sources: list[SpoolLine] = []
        rejected: list[RejectedRecord] = []
        lines = [line for line in found if line.content]
        for line in lines:
            try:
                records.append(self._parsed(line.content, whole=not unfinished))
                sources.append(line)
            except Malformed as error:
                reason = RejectReason.UNFINISHED if unfinished else error.reason
                rejected.append(self._rejected(line, path, reason, error.detail))
        stored = store_records(self.node_name, records, self._tariffs)
        # Both name positions in `records`, of which `sources` has the lines.
        for number in stored.conflicts:
            record = records[number]
            detail = f"uniqueid {record.uniqueid}, sequence {record.sequence}"
            rejected.append(self._rejected(sources[number], path, RejectReason.CONFLICT, detail))
        rejected += [self._rejected(sources[number], path, RejectReason.DROPPED, "") for number in stored.dropped]
        if rejected:
            self._keep(rejected)
        return ImportSummary(len(lines), stored.imported, stored.duplicates, len(rejected))

    @staticmethod
    def _keep(rejected: list[RejectedRecord]) -> None:
        """Keep lines aside, each once; one that is there already is kept as it was read this time."""
        by_line = {record.line_hash: record for record in rejected}
        RejectedRecord.objects.bulk_create(
            by_line.values(),
            update_conflicts=True,
            unique_fields=["node_name", "line_hash"],
            update_fields=["reason", "detail", "zone", "layout"],
        )
        report_rejected()

    def _parsed(self, line: bytes, *, whole: bool) -> SpoolRecord:
        return parse_line(line, plain_zone=self.plain_zone, whole=whole, layout=self.layout)

    def _rejected(self, line: SpoolLine, path: str, reason: str, detail: str) -> RejectedRecord:
        return RejectedRecord(
            node_name=self.node_name,
            path=path[-500:],
            offset=line.offset,
            line=line.content[: MAX_LINE_BYTES + 1],
            line_hash=hashlib.sha256(line.content).hexdigest(),
            reason=reason,
            detail=detail[:200].replace("\0", ""),
            zone=str(self.plain_zone),
            layout={} if self.layout is None else self.layout.kept(),
        )


def _is_another_file(position: SpoolPosition, identity: FileIdentity) -> bool:
    return bool(position.head_hash) and position.head_hash != identity.head_hash


def lock_node(node_name: str) -> None:
    """Let one importer at a time write a node's records, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"billing.spool:{node_name}"])
