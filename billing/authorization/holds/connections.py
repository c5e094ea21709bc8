"""The connections to PostgreSQL that the coroutines of the authorizer share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from django.conf import settings
from django.db import connection as django_connection
from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

# Half of the five seconds that the dialplan waits: whoever cannot be served is to hear so in time.
WAIT_SECONDS = 2
# Statements are prepared on the first use: each is sent thousands of times.
PREPARE_AT_ONCE = 0


class ConnectionPool(AsyncConnectionPool[AsyncConnection[TupleRow]]):
    """At most `size` connections in autocommit, opened when they are needed; to be used with `async with`.

    While PostgreSQL is away, whoever asks for a connection gets psycopg.OperationalError (PoolTimeout) after two
    seconds. The pool tries to connect each second while somebody waits, so calls are served again a second after
    PostgreSQL is back.
    """

    def __init__(self, size: int = 8) -> None:
        super().__init__(
            conninfo=settings.DATABASE_DIRECT_URL,
            kwargs={
                **_parameters(),
                "autocommit": True,
                "prepare_threshold": PREPARE_AT_ONCE,
                "connect_timeout": WAIT_SECONDS,
            },
            min_size=0,
            max_size=size,
            open=False,
            timeout=WAIT_SECONDS,
            # The pause between two attempts doubles each time. After so long the pool gives up, and who comes next
            # makes it begin anew with short pauses.
            reconnect_timeout=WAIT_SECONDS,
        )

    @asynccontextmanager
    async def connection(self, timeout: float | None = None) -> AsyncIterator[AsyncConnection[TupleRow]]:
        """Lend a connection for the time of a block, and replace all of them where it broke in there.

        One that broke tells that PostgreSQL was restarted, and the others would break one after the other, each with
        the calls that it was to serve.
        """
        async with super().connection(timeout) as connection:
            try:
                yield connection
            finally:
                if connection.broken:
                    await self.drain()


def _parameters() -> dict[str, Any]:
    """Return what Django connects with, or nothing where there is an address past the pooler.

    Prepared statements need a session of their own, which a pooler such as PgBouncer may not give.
    """
    if settings.DATABASE_DIRECT_URL:
        return {}
    wanted = django_connection.get_connection_params()
    return {key: wanted[key] for key in ("dbname", "user", "password", "host", "port") if wanted.get(key)}
