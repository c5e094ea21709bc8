"""Requests for money of many calls at once, sent to PostgreSQL together in one statement."""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from psycopg import Error as PostgresError
from psycopg import OperationalError
from psycopg_pool import PoolTimeout

from billing.authorization.holds.connections import ConnectionPool

MOST_IN_A_BATCH = 32
# While one statement is on its way, the next requests gather.
STATEMENTS_AT_ONCE = 2
_PARAMETERS = (
    "mode text, id uuid, account uuid, node text, uniqueid text, channel text, number text, amount numeric,"
    " seconds integer, rate text, expires timestamptz, hourly_cap numeric, daily_cap numeric, origin text"
)
_NAMES = [parameter.split()[0] for parameter in _PARAMETERS.split(", ")]
_HOLD_CREDIT = (
    f"SELECT request.place, result.* FROM json_to_recordset(%s::json) request (place integer, {_PARAMETERS})"  # noqa: S608 - made of constants
    f" CROSS JOIN LATERAL billing_hold_money({', '.join(f'request.{name}' for name in _NAMES)}) result"
)


class HoldResult(NamedTuple):
    """What became of a request for money: the columns that `billing_hold_money` returns, in their order.

    `blocked` tells that the account is stopped. `available` is what this call may hold at most, None where nothing
    limits it; `held` is what all calls of the account hold, and `cap_left` what they may hold before a cap is reached.
    """

    granted: bool
    blocked: bool
    available: Decimal | None
    held: Decimal
    cap_left: Decimal


@dataclass(slots=True)
class QueuedRequest:
    """The values of a request, by the names of the function's parameters, and the future that waits for its result."""

    values: dict[str, Any]
    result: asyncio.Future[HoldResult]


@dataclass(slots=True)
class HoldBatcher:
    """Sends requests in batches. `on_abandoned` is called for each that was granted after its caller had given up.

    1. `submit` queues a request and starts a sender, unless as many are at work as statements may run at once.
    2. A sender takes what is queued, 32 requests at most, and sends it as one statement, until the queue is empty.
    3. A batch that fails because of what it asks is sent again request by request: one bad request, such as one for
       an account that is gone, fails alone.
    4. Where the connection breaks, all requests of the batch fail. Where none is to be had, all that are queued fail:
       they would wait in vain as long again.
    """

    pool: ConnectionPool
    on_abandoned: Callable[[dict[str, Any]], Awaitable[None]]
    _queue: deque[QueuedRequest] = field(default_factory=deque)
    _senders: set[asyncio.Task[None]] = field(default_factory=set)

    async def submit(self, values: dict[str, Any]) -> HoldResult:
        """Return the result of a request; raise what PostgreSQL raises about it."""
        request = QueuedRequest(values, asyncio.get_running_loop().create_future())
        self._queue.append(request)
        if len(self._senders) < STATEMENTS_AT_ONCE:
            # A task that nobody refers to may be collected before it has run.
            task = asyncio.ensure_future(self._send_queue())
            self._senders.add(task)
            task.add_done_callback(self._senders.discard)
        return await request.result

    async def _send_queue(self) -> None:
        while self._queue:
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), MOST_IN_A_BATCH))]
            try:
                await self._send(batch)
            except PoolTimeout as error:
                _fail([*batch, *self._queue], error)
                self._queue.clear()
            except PostgresError as error:
                if len(batch) == 1 or isinstance(error, OperationalError):
                    _fail(batch, error)
                else:
                    await self._send_one_by_one(batch)

    async def _send_one_by_one(self, batch: Sequence[QueuedRequest]) -> None:
        for request in batch:
            try:
                await self._send([request])
            except PostgresError as error:
                _fail([request], error)

    async def _send(self, batch: Sequence[QueuedRequest]) -> None:
        # The function locks each account as it comes to it: two statements that lock in one order never wait for
        # each other in a circle.
        in_order = sorted(batch, key=lambda request: str(request.values["account"]))
        requests = json.dumps([{"place": place, **item.values} for place, item in enumerate(in_order)], default=str)
        async with self.pool.connection() as connection:
            rows = await (await connection.execute(_HOLD_CREDIT, (requests,))).fetchall()
        for place, *columns in rows:
            request, result = in_order[place], HoldResult(*columns)
            # A caller that gave up has cancelled its future; its call is refused by now, so its money goes back.
            if not request.result.done():
                request.result.set_result(result)
            elif result.granted:
                await self.on_abandoned(request.values)


def _fail(batch: Sequence[QueuedRequest], error: PostgresError) -> None:
    for request in batch:
        if not request.result.done():
            request.result.set_exception(error)
