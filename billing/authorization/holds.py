"""Money that live calls set aside, in PostgreSQL alone: several services may ask about one account at once."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from billing.authorization.connections import Connections
from billing.authorization.hold_batcher import Clerk, Grant
from billing.authorization.terms import Slice
from voipadmin.core.models import new_id

COLUMNS = "account_id, node_name, uniqueid, channel, number, amount, granted_seconds, applied_rate, answered_at"
GOES_ON = "state = 'active' AND ended_at IS NULL"
THE_CALL = f"node_name = %s AND uniqueid = %s AND {GOES_ON}"
ANSWER = (
    "UPDATE billing_credithold SET answered_at = %s, expires_at = %s, updated_at = now()"  # noqa: S608 - made of constants
    f" WHERE {THE_CALL} RETURNING {COLUMNS}"
)
READ_ONE = f"SELECT {COLUMNS} FROM billing_credithold WHERE {THE_CALL}"  # noqa: S608 - made of constants
READ_ALL = f"SELECT {COLUMNS} FROM billing_credithold WHERE {GOES_ON}"  # noqa: S608 - made of constants
FINISH = (
    "UPDATE billing_credithold SET amount = least(amount, %s), ended_at = %s, expires_at = %s,"  # noqa: S608 - made of constants
    " state = CASE WHEN %s = 0 THEN 'released' ELSE 'active' END, updated_at = now()"
    f" WHERE {THE_CALL}"
)


@dataclass(frozen=True, slots=True)
class CallKey:
    """A live call: the caller's channel on its node."""

    node_name: str
    uniqueid: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What a call would set aside; of the caps only `cap_left` may be held by all calls together."""

    account_id: UUID
    key: CallKey
    channel: str
    number: str
    rate: str
    cap_left: Decimal


@dataclass(frozen=True, slots=True)
class LiveHold:
    """A hold whose call goes on."""

    account_id: UUID
    key: CallKey
    channel: str
    number: str
    amount: Decimal
    granted_seconds: int
    applied_rate: str
    answered_at: datetime | None


class HoldStore:
    """The doors to the holds; each is one statement, so that nothing is half done."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._clerk = Clerk(connections, self._give_back)

    async def open(self, wish: Wish, wanted: Slice, expires_at: datetime) -> Grant:
        """Set money aside for a new call, if it is there."""
        return await self._ask("new", wish, wanted, expires_at)

    async def extend(self, wish: Wish, wanted: Slice, expires_at: datetime) -> Grant:
        """Set aside `wanted` in all for a call that goes on; one that has ended gets nothing."""
        return await self._ask("extend", wish, wanted, expires_at)

    async def _ask(self, mode: str, wish: Wish, wanted: Slice, expires_at: datetime) -> Grant:
        key = wish.key
        return await self._clerk.ask(
            {
                "mode": mode, "id": new_id(), "account": wish.account_id, "node": key.node_name,
                "uniqueid": key.uniqueid, "channel": wish.channel, "number": wish.number, "amount": wanted.amount,
                "seconds": wanted.seconds, "rate": wish.rate, "expires": expires_at, "cap": wish.cap_left,
            }
        )  # fmt: skip

    async def _give_back(self, asked: dict[str, Any]) -> None:
        """Release what was set aside for a call that is refused by now: its question took too long."""
        if asked["mode"] == "new":
            now = datetime.now(UTC)
            await self.finish(CallKey(asked["node"], asked["uniqueid"]), Decimal(0), now, now)

    async def answer(self, key: CallKey, now: datetime, expires_at: datetime) -> LiveHold | None:
        """Note that the call was answered; None where it holds nothing."""
        row = await self._one(ANSWER, (now, expires_at, key.node_name, key.uniqueid))
        return _live(row) if row else None

    async def live(self, key: CallKey) -> LiveHold | None:
        """Return the hold of a call that goes on."""
        row = await self._one(READ_ONE, (key.node_name, key.uniqueid))
        return _live(row) if row else None

    async def finish(self, key: CallKey, amount: Decimal, now: datetime, settled_until: datetime) -> None:
        """Keep what the ended call costs until the ledger has it; what costs nothing is released at once."""
        await self._run(FINISH, (amount, now, settled_until, amount, key.node_name, key.uniqueid))

    async def going_on(self) -> list[LiveHold]:
        """Return the holds of all calls that go on: what a service that starts has to look after."""
        async with self._connections.borrow() as connection:
            cursor = await connection.execute(READ_ALL)
            return [_live(row) for row in await cursor.fetchall()]

    async def _one(self, statement: str, values: tuple[Any, ...]) -> Any:
        async with self._connections.borrow() as connection:
            cursor = await connection.execute(statement, values)
            return await cursor.fetchone()

    async def _run(self, statement: str, values: tuple[Any, ...]) -> None:
        async with self._connections.borrow() as connection:
            await connection.execute(statement, values)


def _live(row: tuple[Any, ...]) -> LiveHold:
    account, node, uniqueid, *rest = row
    return LiveHold(account, CallKey(node, uniqueid), *rest)
