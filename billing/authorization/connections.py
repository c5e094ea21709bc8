"""A few connections to PostgreSQL that coroutines share."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

from django.conf import settings
from django.db import connection
from psycopg import AsyncConnection, OperationalError

# Statements are prepared on the first use: each is asked thousands of times.
PREPARE_AT_ONCE = 0


class Connections:
    """At most `size` connections in autocommit; one that was lost is opened again by who needs it next."""

    def __init__(self, size: int = 8) -> None:
        self._free: asyncio.LifoQueue[AsyncConnection[Any] | None] = asyncio.LifoQueue()
        for _ in range(size):
            self._free.put_nowait(None)
        self._parameters = _parameters()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        while not self._free.empty():
            held = self._free.get_nowait()
            if held is not None:
                await held.close()

    @asynccontextmanager
    async def borrow(self) -> AsyncIterator[AsyncConnection[Any]]:
        """Lend a connection for the time of a block; raise psycopg.OperationalError where there is none."""
        held = await self._free.get()
        try:
            if held is None or held.closed:
                held = await AsyncConnection.connect(
                    **self._parameters, autocommit=True, prepare_threshold=PREPARE_AT_ONCE, connect_timeout=2
                )
            yield held
        except OperationalError:
            if held is not None:
                await held.close()
            held = None
            raise
        finally:
            self._free.put_nowait(held)


def _parameters() -> dict[str, Any]:
    """Return what Django connects with: prepared statements want a session, so past a pooler where there is one."""
    wanted = connection.get_connection_params()
    parameters = {key: wanted[key] for key in ("dbname", "user", "password", "host", "port") if wanted.get(key)}
    return {"conninfo": settings.DATABASE_DIRECT_URL} if settings.DATABASE_DIRECT_URL else parameters
