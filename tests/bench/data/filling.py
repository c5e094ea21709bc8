"""Filling: inventory, records by month on two connections, the entries of priced calls, and the roll-ups."""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection

from billing.accounts.periods import ONE_DAY
from billing.cdrs.records.partitions import make_partitions_ahead
from billing.models import Account, Cdr, EntryKind, LedgerEntry
from reports.rollups.counting import count_changed_hours, wait_again
from tests.bench.data.inventory import make_inventory
from tests.bench.data.records import Month, fill_month, months_of, prepare_connection, prepare_months
from tests.bench.data.sizes import DataSize

CONNECTIONS = 2
CDR, ACCOUNT, LEDGER = (model._meta.db_table for model in (Cdr, Account, LedgerEntry))
# Without the index by account, which is made again in the end: entries come by time.
CHARGE = f"""INSERT INTO {LEDGER} (id, created_at, updated_at, account_id, kind, amount, currency, happened_at, cdr_id,
        version, description, actor)
    SELECT (substr(call.id::text, 1, 14) || '6' || substr(call.id::text, 16))::uuid, call.ended_at, call.ended_at,
        account.id, '{EntryKind.CALL.value}', -price, call.currency, call.ended_at, call.id, 1, '', ''
    FROM {CDR} call JOIN {ACCOUNT} account USING (customer_id)
    WHERE price > 0 AND started_at >= %s AND started_at < %s ORDER BY call.started_at"""  # noqa: S608 - our tables
LEDGER_INDEX = f"CREATE INDEX ledger_of_account ON {LEDGER} (account_id, happened_at DESC, id DESC)"

Told = Callable[[str], None]


def fill(size: DataSize, now: datetime, told: Told = print, *, connections: int = CONNECTIONS) -> None:
    """Fill an empty database, whose tables are made; say after each step how long it took.

    With one connection all of it happens on the present one, so that a transaction around it can be rolled back.
    """
    with _timed("inventory", told):
        for _step in make_inventory(size, now):
            pass
    months = months_of(size.records, size.months, now)
    with _timed("records", told):
        prepare_months(months)
        _fill_months(months, connections)
        make_partitions_ahead(now)
    with _timed("ledger", told):
        _charge(months)
    with _timed("statistics", told), connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with _timed("roll-ups", told):
        wait_again(months[-1].since, now + ONE_DAY)
        count_changed_hours()


@contextmanager
def _timed(step: str, told: Told) -> Iterator[None]:
    began = time.perf_counter()
    yield
    told(f"{step}: {time.perf_counter() - began:.1f} s")


def _fill_months(months: list[Month], connections: int) -> None:
    if connections == 1:
        prepare_connection()
        for month in months:
            fill_month(month)
        return
    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(_fill_apart, (months[place::connections] for place in range(connections))))


def _fill_apart(months: Iterable[Month]) -> None:
    """Fill months one after another, on a connection of this thread."""
    try:
        prepare_connection()
        for month in months:
            fill_month(month)
    finally:
        connection.close()


def _charge(months: Iterable[Month]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX ledger_of_account")
        for month in months:
            cursor.execute(CHARGE, [month.since, month.since + timedelta(days=month.days)])
        cursor.execute(LEDGER_INDEX)
