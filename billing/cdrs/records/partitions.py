"""The monthly partitions of the table of call records: made ahead, made when a record needs one, dropped by policy."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from billing.models import NEEDS_A_TARIFF, Cdr, DroppedMonth, LedgerEntry
from voipadmin.core.errors import Conflict, DomainError

TABLE = Cdr._meta.db_table
LEDGER = LedgerEntry._meta.db_table
MONTHS_AHEAD = 3
# A record from outside this time is kept in the default partition: a node whose clock is decades off makes no months.
OLDEST, NEWEST = timedelta(days=10 * 366), timedelta(days=100)
LOCK_SECONDS = 5

PARTITIONS = """SELECT part.relname FROM pg_inherits JOIN pg_class part ON part.oid = inhrelid
    WHERE inhparent = %s::regclass ORDER BY 1"""
# Calls whose price is in no ledger yet, or that may still get a price once their tariff is there.
OWED = f"""SELECT count(*) FROM {{part}} call WHERE
    (price > 0 AND NOT EXISTS (SELECT 1 FROM {LEDGER} entry WHERE entry.cdr_id = call.id))
    OR (unrated_reason = ANY(%s) AND answered_at IS NOT NULL)"""  # noqa: S608 - a constant of this module


def month_of(moment: datetime) -> date:
    """Return the first day of the month, in UTC, whose partition holds a record that started at `moment`."""
    return moment.astimezone(UTC).date().replace(day=1)


def months_later(month: date, count: int) -> date:
    """Return the month that comes `count` months after, or before where it is negative."""
    year, index = divmod(month.year * 12 + month.month - 1 + count, 12)
    return date(year, index + 1, 1)


def partition_of(month: date) -> str:
    """Return the name of a month's partition, as the database function `billing_add_cdr_month` gives it."""
    return f"{TABLE}_y{month:%Ym%m}"


def stored_months() -> list[date]:
    """Return the months that have a partition, oldest first; the default partition has none."""
    with connection.cursor() as cursor:
        cursor.execute(PARTITIONS, [TABLE])
        names = [name for (name,) in cursor.fetchall() if name != f"{TABLE}_default"]
    return [datetime.strptime(name, f"{TABLE}_y%Ym%m").date() for name in names]  # noqa: DTZ007 - a month, no moment


def add_partitions(months: Iterable[date]) -> list[date]:
    """Make the partitions of `months` that are not there; return the months of those that were made."""
    made = []
    with connection.cursor() as cursor:
        for month in sorted(set(months)):
            # The function moves records of the month that wait in the default partition, too: PostgreSQL would refuse
            # a partition whose rows the default one already holds.
            cursor.execute("SELECT billing_add_cdr_month(%s)", [month])
            if cursor.fetchone()[0]:
                made.append(month)
    return made


def make_partitions(moments: Iterable[datetime], now: datetime) -> set[date]:
    """Make the partitions that records of `moments` need; return the months among them that were dropped before."""
    plausible = {month_of(moment) for moment in moments if now - OLDEST < moment < now + NEWEST}
    dropped = set(DroppedMonth.objects.filter(month__in=plausible).values_list("month", flat=True))
    add_partitions(plausible - dropped)
    return dropped


def make_partitions_ahead(now: datetime) -> list[date]:
    """Make the partitions of this month and the next ones, each in a transaction of its own."""
    current = month_of(now)
    return [month for count in range(MONTHS_AHEAD + 1) for month in add_partitions([months_later(current, count)])]


def expired_months(now: datetime) -> list[date]:
    """Return the stored months that lie before those that the settings keep."""
    if settings.CDR_LEGAL_HOLD or settings.CDR_KEEP_MONTHS <= 0:
        return []
    first_kept = months_later(month_of(now), -settings.CDR_KEEP_MONTHS)
    return [month for month in stored_months() if month < first_kept]


def drop_partition(*, month: date, now: datetime) -> int:
    """Drop an expired month with its records; return how many it had.

    1. Refuse a month that the settings keep (DomainError).
    2. Lock the partition, so that no importer and no rating writes to it any more.
    3. Refuse it where calls are owed that the ledger does not hold (Conflict).
    4. Note the month as dropped, so that a file of that time is not imported and charged again; then drop the table.
    """
    if month not in expired_months(now):
        raise DomainError(_("The settings keep this month."))
    part = partition_of(month)
    with transaction.atomic(), connection.cursor() as cursor:
        # Whoever waits for a lock makes others wait behind it: after these seconds the drop fails, and the next
        # maintenance tries again.
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{LOCK_SECONDS}s"])
        # Readers go on; DROP TABLE waits for them.
        cursor.execute(f"LOCK TABLE {part} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(OWED.format(part=part), [list(NEEDS_A_TARIFF)])
        owed = cursor.fetchone()[0]
        if owed:
            message = _("%(month)s has %(count)s calls whose price is not in the ledger.")
            raise Conflict(message % {"month": f"{month:%Y-%m}", "count": owed})
        cursor.execute(f"SELECT count(*) FROM {part}")  # noqa: S608 - named by this module
        records = int(cursor.fetchone()[0])
        DroppedMonth.objects.create(month=month, records=records)
        cursor.execute(f"DROP TABLE {part}")
    return records


@dataclass(frozen=True, slots=True)
class PartitionSummary:
    """Which months' partitions were made and dropped, and why one that has expired is still there."""

    made: tuple[date, ...]
    dropped: tuple[date, ...]
    refused: tuple[str, ...]


def maintain_partitions(*, now: datetime) -> PartitionSummary:
    """Make the partitions ahead and drop those that have expired; one that cannot be dropped is named."""
    made = make_partitions_ahead(now)
    dropped, refused = [], []
    for month in expired_months(now):
        try:
            drop_partition(month=month, now=now)
            dropped.append(month)
        except Conflict as error:
            refused.append(str(error.message))
    return PartitionSummary(tuple(made), tuple(dropped), tuple(refused))
