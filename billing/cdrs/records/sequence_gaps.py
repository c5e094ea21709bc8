"""The sequence numbers without a call record, by node and start of Asterisk.

Asterisk numbers its records from each start. Each dialled channel takes a number too, and leaves no record of its own
(docs/cdr-spool.md), so that as many missing numbers are explained as there are records that dialled. What is missing
beyond that was lost, or belongs to a call that still goes on.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, groupby
from typing import NamedTuple

from django.db import connection

from billing.models import Cdr

TABLE = Cdr._meta.db_table


class Numbered(NamedTuple):
    """What of a record gaps are found by; `boot` counts the starts of Asterisk within the period, from 0."""

    boot: int
    sequence: int
    dialled: bool
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Gap:
    """The numbers from `first` to `last` have no record; `lost` is how many of them no dialled channel explains."""

    first: int
    last: int
    lost: int
    after: datetime | None
    before: datetime


@dataclass(slots=True)
class BootReport:
    """The records between two starts of Asterisk; `gaps` are those with something lost."""

    node_name: str
    first_at: datetime
    last_at: datetime
    first: int
    last: int
    records: int = 0
    missing: int = 0
    gaps: list[Gap] = field(default_factory=list)

    @property
    def lost(self) -> int:
        """Return how many missing numbers nothing explains."""
        return sum(gap.lost for gap in self.gaps)


# A unique id is the second in which its channel was made and the channel's number, counted from 0 at each start. Two
# channels made as one second ends and the next begins may stand in the wrong order; only a number that falls to less
# than half of the one before marks a start.
IN_ORDER = f"""
    WITH known AS (
        SELECT sequence, destination_channel <> '' AS dialled, started_at, parts[1]::bigint AS second,
            parts[2]::bigint AS channel
        FROM {TABLE}, regexp_match(uniqueid, '([0-9]{{9,11}})[.]([0-9]{{1,18}})$') parts
        WHERE node_name = %s AND started_at >= %s AND started_at < %s AND parts IS NOT NULL
    ), marked AS (
        SELECT *, channel * 2 < lag(channel) OVER (ORDER BY second, channel, sequence) AS anew FROM known
    ), counted AS (
        SELECT *, count(*) FILTER (WHERE anew) OVER (ORDER BY second, channel, sequence) AS boot FROM marked
    )
    SELECT boot, sequence, dialled, started_at FROM counted ORDER BY boot, sequence"""  # noqa: S608 - a constant


def gaps_of_node(node_name: str, since: datetime, until: datetime) -> list[BootReport]:
    """Return what is missing among the records of a node that started in the period, one report a boot."""
    with connection.cursor() as cursor:
        cursor.execute(IN_ORDER, [node_name, since, until])
        return list(find_gaps(node_name, (Numbered(*row) for row in cursor.fetchall())))


def nodes_with_records(since: datetime, until: datetime) -> list[str]:
    """Return the names of the nodes that have records in the period."""
    found = Cdr.objects.filter(started_at__gte=since, started_at__lt=until)
    return list(found.order_by("node_name").values_list("node_name", flat=True).distinct())


def find_gaps(node_name: str, records: Iterable[Numbered]) -> Iterator[BootReport]:
    """Yield the report of each boot of `records`, which are in the order of boot and sequence.

    A boot that begins within the period began at 0. Of the first one, what came before its first record is not known.
    """
    for boot, numbered in groupby(records, lambda record: record.boot):
        yield _report(node_name, numbered, knows_beginning=boot > 0)


def _report(node_name: str, records: Iterator[Numbered], *, knows_beginning: bool) -> BootReport:
    """Walk the numbers of one boot: each record that dialled explains one missing number from then on (`spare`)."""
    head = next(records)
    report = BootReport(node_name, head.started_at, head.started_at, head.sequence, head.sequence)
    expected = 0 if knows_beginning else head.sequence
    spare = 0
    before: datetime | None = None
    for record in chain((head,), records):
        spare += record.dialled
        absent = record.sequence - expected
        if absent > 0:
            lost = max(0, absent - spare)
            spare -= absent - lost
            report.missing += absent
            if lost:
                report.gaps.append(Gap(expected, record.sequence - 1, lost, before, record.started_at))
        report.records += 1
        report.first_at, report.last_at = (
            min(report.first_at, record.started_at),
            max(report.last_at, record.started_at),
        )
        expected, before, report.last = record.sequence + 1, record.started_at, record.sequence
    return report
