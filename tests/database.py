"""The database of a test process: a clone of one that was migrated once, restored after each test that commits.

Django's flush truncates every table and makes content types, permissions and the numbering plan again after each test.
Most tests write to a few tables.
"""

# ruff: noqa: S608 - names of tables and columns come from the catalogue

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.test import TransactionTestCase
from psycopg.errors import DeadlockDetected

# The tables as the migrations left them, those that have rows.
COPIES = "migrated"
MOST_DEADLOCKS = 20
TABLES = """
SELECT quote_ident(relname), relkind = 'p', to_regclass('migrated.' || quote_ident(relname)) IS NOT NULL,
    (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
     WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '')
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY relname
"""


def create_database(folder: Path, worker: str | None) -> None:
    """Create the database of this process, and connect to it.

    Of several workers the first one migrates; all clone what it made. `folder` is theirs together.
    """
    if worker is None:
        _migrate()
        return
    migrated = folder / "migrated"
    name = f"test_{connection.settings_dict['NAME']}"
    with (folder / "migrating").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if migrated.exists():
            _connect_to(name)
        else:
            _migrate()
            migrated.touch()
        connection.creation.clone_test_db(suffix=worker, verbosity=0)
    _connect_to(connection.creation.get_test_db_clone_settings(worker)["NAME"])


def _migrate() -> None:
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    _remember_tables()


def _connect_to(name: str) -> None:
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


def _rows(cursor: Any, query: str) -> list[Any]:
    cursor.execute(query)
    return list(cursor.fetchall())


def _remember_tables() -> None:
    """Copy each table that the migrations filled."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {COPIES}")
        for table, is_partitioned, _copied, columns in _rows(cursor, TABLES):
            if not is_partitioned and _rows(cursor, f"SELECT 1 FROM public.{table} LIMIT 1"):
                cursor.execute(f"CREATE TABLE {COPIES}.{table} AS SELECT {columns} FROM public.{table}")


def restore_tables(*_case: Any) -> None:
    """Empty the tables that have rows and were empty, and fill again those whose rows are others.

    A page that is still open asks the live server every two seconds, which may read one table and want the next while
    the lock has it the other way round. PostgreSQL ends one of the two; where it was this one, it tries again.
    """
    for _try in range(MOST_DEADLOCKS):
        try:
            _restore_tables()
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected):
                raise
        else:
            return
    _restore_tables()


def _restore_tables() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        tables = _rows(cursor, TABLES)
        # Waits for whoever still writes, as TRUNCATE does.
        cursor.execute(f"LOCK TABLE {', '.join(f'public.{table}' for table, *_more in tables)}")
        # Without triggers, the foreign keys' and those that keep ledger and changelog from losing rows.
        cursor.execute("SET LOCAL session_replication_role = replica")
        leaves = [row for row in tables if not row[1]]
        found = _rows(cursor, " UNION ALL ".join(_question(place, *row) for place, row in enumerate(leaves)))
        for (place,) in found:
            table, _is_partitioned, copied, columns = leaves[place]
            cursor.execute(f"DELETE FROM public.{table}")
            if copied:
                source = f"SELECT {columns} FROM {COPIES}.{table}"
                cursor.execute(f"INSERT INTO public.{table} ({columns}) OVERRIDING SYSTEM VALUE {source}")


def _question(place: int, table: str, _is_partitioned: bool, copied: bool, columns: str) -> str:
    """Return the query that yields `place` where the table is not as it was."""
    if not copied:
        return f"SELECT {place} WHERE EXISTS (SELECT FROM public.{table})"
    now, before = (f"SELECT ROW({columns})::text FROM {schema}.{table}" for schema in ("public", COPIES))
    return f"SELECT {place} WHERE EXISTS (({now} EXCEPT ALL {before}) UNION ALL ({before} EXCEPT ALL {now}))"


@contextmanager
def restored_after_tests() -> Iterator[None]:
    """Let Django's test cases that commit restore the tables instead of flushing them."""
    with patch.object(TransactionTestCase, "_fixture_teardown", restore_tables):
        yield
