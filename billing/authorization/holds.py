"""Money that live calls hold, in PostgreSQL alone: several services may ask about one account at once."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from billing.authorization.connections import ConnectionPool
from billing.authorization.hold_batcher import HoldBatcher, HoldResult
from billing.authorization.values import Slice
from voipadmin.core.models import new_id

COLUMNS = "account_id, node_name, uniqueid, channel, number, amount, granted_seconds, applied_rate, answered_at"
GOES_ON = "state = 'active' AND ended_at IS NULL"
THE_CALL = f"node_name = %s AND uniqueid = %s AND {GOES_ON}"
MARK_ANSWERED = (
    "UPDATE billing_credithold SET answered_at = %s, expires_at = %s, updated_at = now()"  # noqa: S608 - made of constants
    f" WHERE {THE_CALL}"
)
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
    """What a call asks to hold money with. All calls of the account together may hold `cap_left` at most."""

    account_id: UUID
    key: CallKey
    channel: str
    number: str
    rate: str
    cap_left: Decimal


@dataclass(frozen=True, slots=True)
class LiveHold:
    """A hold whose call goes on; its fields are `COLUMNS`."""

    account_id: UUID
    key: CallKey
    channel: str
    number: str
    amount: Decimal
    granted_seconds: int
    applied_rate: str
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
                "amount": wanted.amount, "seconds": wanted.seconds, "rate": request.rate, "expires": expires_at,
                "cap": request.cap_left,
            }
        )  # fmt: skip

    async def _release_abandoned(self, values: dict[str, Any]) -> None:
        """Release the hold of a call that was refused meanwhile, because its result took too long.

        A call that goes on keeps what it holds: it was not refused, only its next slice came late.
        """
        if values["mode"] == "new":
            now = datetime.now(UTC)
            await self.finish(CallKey(values["node"], values["uniqueid"]), Decimal(0), now, now)

    async def mark_answered(self, key: CallKey, now: datetime, expires_at: datetime) -> None:
        """Note when the call was answered; one that holds nothing is passed over."""
        await self._execute(MARK_ANSWERED, (now, expires_at, key.node_name, key.uniqueid))

    async def finish(self, key: CallKey, amount: Decimal, now: datetime, settled_until: datetime) -> None:
        """Keep what the ended call costs until the ledger has it; a call that costs nothing is released at once."""
        await self._execute(FINISH, (amount, now, settled_until, amount, key.node_name, key.uniqueid))

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
