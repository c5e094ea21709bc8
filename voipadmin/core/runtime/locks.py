"""Advisory locks of PostgreSQL, each held by a connection of its own.

The database releases such a lock when that connection or its process dies, whatever happened to the worker.
"""

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

# A machine that lost its power closes no connection: without these its locks would be held for two hours.
NOTICE_DEATH = "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3"
# Both halves of the key are unsigned in the view; 1 says that they are one key of 64 bits.
IS_HELD = """
SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND classid = %s AND objid = %s AND objsubid = 1)
"""


class LockLostError(RuntimeError):
    """The connection that held the lock is gone: another worker may be at it."""


class SessionLock:
    """A lock that is held."""

    def __init__(self, holder: "psycopg.Connection[tuple[object, ...]]") -> None:
        self._holder = holder

    def assert_held(self) -> None:
        """Raise LockLostError where the connection is gone, and another worker may hold the lock."""
        try:
            self._holder.execute("SELECT 1")
        except psycopg.Error as error:
            raise LockLostError("the connection to the database that held the lock was lost") from error

    def execute(self, query: str, parameters: Sequence[object]) -> tuple[Any, ...] | None:
        """Run a statement on the lock's own connection, where it counts at once; return its first row, if any."""
        try:
            cursor = self._holder.execute(query.encode(), parameters)
            return cursor.fetchone() if cursor.description else None
        except psycopg.OperationalError as error:
            raise LockLostError("the connection to the database that held the lock was lost") from error


def lock_key(name: bytes) -> int:
    """Return the signed 64-bit number by which PostgreSQL knows the lock of that name."""
    return int.from_bytes(hashlib.sha256(name).digest()[:8], signed=True)


@contextlib.contextmanager
def session_lock(key: int) -> Iterator[SessionLock | None]:
    """Hold a lock for a block, or give None at once where somebody else has it."""
    with contextlib.closing(_connect()) as holder:
        row = holder.execute("SELECT pg_try_advisory_lock(%s)", [key]).fetchone()
        if not (row and row[0]):
            yield None
            return
        try:
            yield SessionLock(holder)
        finally:
            # Closing the connection releases it only when the server gets to it; the next worker may ask before.
            with contextlib.suppress(psycopg.Error):
                holder.execute("SELECT pg_advisory_unlock(%s)", [key])


def is_locked(key: int) -> bool:
    """Tell whether somebody holds the lock."""
    with connection.cursor() as cursor:
        cursor.execute(IS_HELD, [key >> 32 & 0xFFFF_FFFF, key & 0xFFFF_FFFF])
        return bool(cursor.fetchone()[0])


def _connect() -> "psycopg.Connection[tuple[object, ...]]":
    """Connect directly, past a pooler such as PgBouncer: the lock belongs to a session, and poolers share sessions."""
    if settings.DATABASE_DIRECT_URL:
        holder = psycopg.connect(settings.DATABASE_DIRECT_URL, autocommit=True)
    else:
        parameters = {
            key: value
            for key, value in connection.get_connection_params().items()
            if key in {"dbname", "user", "password", "host", "port", "service", "sslmode", "sslrootcert", "options"}
        }
        holder = psycopg.connect(**parameters, autocommit=True)
    holder.execute(NOTICE_DEATH)
    return holder
