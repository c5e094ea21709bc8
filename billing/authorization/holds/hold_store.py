"""Money that live calls hold, in PostgreSQL alone: several services may ask about one account at once."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from billing.authorization.holds.connections import ConnectionPool
from billing.authorization.holds.hold_batcher import HoldBatcher, HoldResult
from billing.authorization.rules.values import Slice
from voipadmin.core.models import new_id

COLUMNS = "account_id, node_name, uniqueid, channel, number, origin, amount, granted_seconds, answered_at"
GOES_ON = "state = 'active' AND ended_at IS NULL"
THE_CALL = f"node_name = %s AND uniqueid = %s AND {GOES_ON}"
MARK_ANSWERED = (
    "UPDATE billing_credithold SET answered_at = %s, expires_at = %s, amount = greatest(amount - %s, 0),"  # noqa: S608 - made of constants
    f" granted_seconds = %s, applied_rate = %s, updated_at = now() WHERE {THE_CALL}"
)
COUNT_RISKY_CALL = "SELECT billing_count_risky_call(%s, %s, %s)"
READ_ONE = f"SELECT {COLUMNS} FROM billing_credithold WHERE {THE_CALL}"  # noqa: S608 - made of constants
READ_ALL = f"SELECT {COLUMNS} FROM billing_credithold WHERE {GOES_ON}"  # noqa: S608 - made of constants
FINISH = (
    "UPDATE billing_credithold SET amount = least(amount, %s), ended_at = %s, expires_at = %s,"  # noqa: S608 - made of constants
    " state = CASE WHEN %s = 0 THEN 'released' ELSE 'active' END, updated_at = now()"
    f" WHERE {THE_CALL}"
)


@dataclass(frozen=True, slots=True)
class CallKey:
    """A live call, by the unique id of the caller's channel and its node: those of the record that it will leave."""

    node_name: str
    uniqueid: str


@dataclass(frozen=True, slots=True)
class HoldRequest:
    """What a call asks to hold money with. The caps count where the account has none of its own."""

    account_id: UUID
    key: CallKey
    channel: str
    number: str
    origin: str
    hourly_cap: Decimal
    daily_cap: Decimal


@dataclass(frozen=True, slots=True)
class LiveHold:
    """A hold whose call goes on; its fields are `COLUMNS`."""

    account_id: UUID
    key: CallKey
    channel: str
    number: str
    origin: str
    amount: Decimal
    granted_seconds: int
    answered_at: datetime | None


class HoldStore:
    """Reads and writes holds. Each method is one statement, so that nothing is half done; all raise psycopg.Error."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        self._batcher = HoldBatcher(pool, self._release_abandoned)

    async def open(self, request: HoldRequest, wanted: Slice, expires_at: datetime) -> HoldResult:
        """Hold the amount of a slice for a new call, if the account has it."""
        return await self._hold("new", request, wanted, expires_at)

    async def extend(self, request: HoldRequest, wanted: Slice, expires_at: datetime) -> HoldResult:
        """Hold the amount of `wanted` in all for a call that goes on; one that has ended gets nothing."""
        return await self._hold("extend", request, wanted, expires_at)

    async def _hold(self, mode: str, request: HoldRequest, wanted: Slice, expires_at: datetime) -> HoldResult:
        key = request.key
        return await self._batcher.submit(
            {
                "mode": mode, "id": new_id(), "account": request.account_id, "node": key.node_name,
                "uniqueid": key.uniqueid, "channel": request.channel, "number": request.number,
                "amount": wanted.amount, "seconds": wanted.seconds, "rate": wanted.rate[:160], "expires": expires_at,
                "hourly_cap": request.hourly_cap, "daily_cap": request.daily_cap, "origin": request.origin[:40],
            }
        )  # fmt: skip

    async def _release_abandoned(self, values: dict[str, Any]) -> None:
        """Release the hold of a call that was refused meanwhile, because its result took too long.

        A call that goes on keeps what it holds: it was not refused, only its next slice came late.
        """
        if values["mode"] == "new":
            now = datetime.now(UTC)
            await self.finish(CallKey(values["node"], values["uniqueid"]), Decimal(0), now, now)

    async def mark_answered(
        self, key: CallKey, now: datetime, granted: Slice, too_much: Decimal, expires_at: datetime
    ) -> None:
        """Note when the call was answered, and release what is held too much for its slice."""
        values = (now, expires_at, too_much, granted.seconds, granted.rate[:160], key.node_name, key.uniqueid)
        await self._execute(MARK_ANSWERED, values)

    async def finish(self, key: CallKey, amount: Decimal, now: datetime, settled_until: datetime) -> None:
        """Keep what the ended call costs until the ledger has it; a call that costs nothing is released at once."""
        await self._execute(FINISH, (amount, now, settled_until, amount, key.node_name, key.uniqueid))

    async def count_risky_call(self, account: UUID, number: str) -> list[str]:
        """Count a call for velocity; return the numbers of the account's risky calls of the last minute, with it."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(COUNT_RISKY_CALL, (new_id(), account, number))).fetchone()
            return [] if row is None else list(row[0])

    async def active_hold(self, key: CallKey) -> LiveHold | None:
        """Return the hold of a call that goes on, None where it has none."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(READ_ONE, (key.node_name, key.uniqueid))).fetchone()
            return None if row is None else _live_hold(row)

    async def active_holds(self) -> list[LiveHold]:
        """Return the holds of all calls that go on, for a service that starts."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(READ_ALL)
            return [_live_hold(row) for row in await cursor.fetchall()]

    async def _execute(self, statement: str, values: tuple[Any, ...]) -> None:
        async with self._pool.connection() as connection:
            await connection.execute(statement, values)


def _live_hold(row: tuple[Any, ...]) -> LiveHold:
    account, node, uniqueid, *rest = row
    return LiveHold(account, CallKey(node, uniqueid), *rest)
