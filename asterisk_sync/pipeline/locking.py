"""One writer for each node: an advisory lock of PostgreSQL, held by a connection of its own.

The database releases the lock when that connection or its process dies, whatever happened to the worker.
"""

import contextlib
import hashlib
from collections.abc import Iterator
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connection


class LockLostError(RuntimeError):
    """The connection that held the lock is gone: another worker may be writing."""


class NodeLock:
    """A lock that is held."""

    def __init__(self, holder: "psycopg.Connection[tuple[object, ...]]") -> None:
        self._holder = holder

    def assert_held(self) -> None:
        """Raise LockLostError where the connection is gone, and another worker may hold the lock."""
        try:
            self._holder.execute("SELECT 1")
        except psycopg.Error as error:
            raise LockLostError("the connection to the database that held the lock was lost") from error


def lock_key(node_id: UUID) -> int:
    """Return the signed 64-bit number by which PostgreSQL knows the lock of a node."""
    return int.from_bytes(hashlib.sha256(b"asterisk_sync:" + node_id.bytes).digest()[:8], signed=True)


@contextlib.contextmanager
def node_lock(node_id: UUID) -> Iterator[NodeLock | None]:
    """Hold the lock of a node for a block, or give None at once where somebody else has it."""
    with contextlib.closing(_connect()) as holder:
        row = holder.execute("SELECT pg_try_advisory_lock(%s)", [lock_key(node_id)]).fetchone()
        if not (row and row[0]):
            yield None
            return
        try:
            yield NodeLock(holder)
        finally:
            # Closing the connection releases it only when the server gets to it; the next worker may ask before.
            with contextlib.suppress(psycopg.Error):
                holder.execute("SELECT pg_advisory_unlock(%s)", [lock_key(node_id)])


def _connect() -> "psycopg.Connection[tuple[object, ...]]":
    """Connect directly, past a pooler such as PgBouncer: the lock belongs to a session, and poolers share sessions."""
    if settings.DATABASE_DIRECT_URL:
        return psycopg.connect(settings.DATABASE_DIRECT_URL, autocommit=True)
    parameters = {
        key: value
        for key, value in connection.get_connection_params().items()
        if key in {"dbname", "user", "password", "host", "port", "service", "sslmode", "sslrootcert", "options"}
    }
    return psycopg.connect(**parameters, autocommit=True)
