"""The months by which call records are stored: made ahead, made when a record needs one, dropped by policy."""

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
# Records from outside this time are kept too, in the default partition: a clock that is decades off makes no months.
OLDEST, NEWEST = timedelta(days=10 * 366), timedelta(days=100)
LOCK_SECONDS = 5

PARTS = """SELECT part.relname FROM pg_inherits JOIN pg_class part ON part.oid = inhrelid
    WHERE inhparent = %s::regclass ORDER BY 1"""
# Money that no ledger knows of yet, or may still come to know of.
OWED = f"""SELECT count(*) FROM {{part}} call WHERE
    (price > 0 AND NOT EXISTS (SELECT 1 FROM {LEDGER} entry WHERE entry.cdr_id = call.id))
    OR (unrated_reason = ANY(%s) AND answered_at IS NOT NULL)"""  # noqa: S608 - a constant of this module


def month_of(moment: datetime) -> date:
    """Return the first day of the month, in UTC, by which a record of `moment` is stored."""
    return moment.astimezone(UTC).date().replace(day=1)


def months_later(month: date, count: int) -> date:
    """Return the month that comes `count` months after, or before where it is negative."""
    year, index = divmod(month.year * 12 + month.month - 1 + count, 12)
    return date(year, index + 1, 1)


def stored_months() -> list[date]:
    """Return the months that have a part of their own, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(PARTS, [TABLE])
        names = [name for (name,) in cursor.fetchall() if name != f"{TABLE}_default"]
    return [date(int(name[-7:-3]), int(name[-2:]), 1) for name in names]


def add_months(months: Iterable[date]) -> list[date]:
    """Make the parts of `months` that are not there; return those that were made."""
    made = []
    with connection.cursor() as cursor:
        for month in sorted(set(months)):
            cursor.execute("SELECT billing_add_cdr_month(%s)", [month])
            if cursor.fetchone()[0]:
                made.append(month)
    return made


def make_room(moments: Iterable[datetime], now: datetime) -> set[date]:
    """Make the months that records of `moments` need; return those among them whose records were dropped."""
    plausible = {month_of(moment) for moment in moments if now - OLDEST < moment < now + NEWEST}
    dropped = set(DroppedMonth.objects.filter(month__in=plausible).values_list("month", flat=True))
    add_months(plausible - dropped)
    return dropped


def make_months_ahead(now: datetime) -> list[date]:
    """Make this month and the next ones, each in a transaction of its own."""
    current = month_of(now)
    return [month for count in range(MONTHS_AHEAD + 1) for month in add_months([months_later(current, count)])]


def expired_months(now: datetime) -> list[date]:
    """Return the stored months that lie before those that the settings keep."""
    if settings.CDR_LEGAL_HOLD or settings.CDR_KEEP_MONTHS <= 0:
        return []
    first_kept = months_later(month_of(now), -settings.CDR_KEEP_MONTHS)
    return [month for month in stored_months() if month < first_kept]


def drop_month(*, month: date, now: datetime) -> int:
    """Drop an expired month and return how many records it had; raise Conflict where some are not in the ledger."""
    if month not in expired_months(now):
        raise DomainError(_("The settings keep this month."))
    part = f"{TABLE}_y{month:%Ym%m}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{LOCK_SECONDS}s"])
        cursor.execute(f"LOCK TABLE {part} IN SHARE ROW EXCLUSIVE MODE")  # nobody writes to it any more
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
class KeptMonths:
    """What was made and dropped, and why a month that should go is still there."""

    made: tuple[date, ...]
    dropped: tuple[date, ...]
    refused: tuple[str, ...]


def keep_months(*, now: datetime) -> KeptMonths:
    """Make the months ahead and drop those that have expired; one that cannot go is named."""
    made = make_months_ahead(now)
    dropped, refused = [], []
    for month in expired_months(now):
        try:
            drop_month(month=month, now=now)
            dropped.append(month)
        except Conflict as error:
            refused.append(str(error.message))
    return KeptMonths(tuple(made), tuple(dropped), tuple(refused))
