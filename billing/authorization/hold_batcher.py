"""Questions about money that wait together and are asked of PostgreSQL in one statement."""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from psycopg import Error as PostgresError
from psycopg import OperationalError

from billing.authorization.connections import Connections

MOST_AT_ONCE = 32
# While one statement is on its way, the next ones gather.
STATEMENTS_AT_ONCE = 2
_PARAMETERS = (
    "mode text, id uuid, account uuid, node text, uniqueid text, channel text, number text, amount numeric,"
    " seconds integer, rate text, expires timestamptz, cap numeric"
)
_NAMES = [parameter.split()[0] for parameter in _PARAMETERS.split(", ")]
# Accounts are locked in the order of the list, the same one everywhere.
_ASK = (
    f"SELECT asked.place, answer.* FROM json_to_recordset(%s::json) asked (place integer, {_PARAMETERS})"  # noqa: S608 - made of constants
    f" CROSS JOIN LATERAL billing_hold_credit({', '.join(f'asked.{name}' for name in _NAMES)}) answer"
)


class Grant(NamedTuple):
    """What became of a wish. `available` is what the call itself may hold at most, None where nothing limits it."""

    granted: bool
    blocked: bool
    available: Decimal | None
    held: Decimal


@dataclass(slots=True)
class Question:
    """What is asked, by the names of the function's parameters, and who waits for the answer."""

    values: dict[str, Any]
    answer: asyncio.Future[Grant]


@dataclass(slots=True)
class Clerk:
    """Asks what waits. A grant that nobody waits for any more is handed to `unwanted`."""

    connections: Connections
    unwanted: Callable[[dict[str, Any]], Awaitable[None]]
    _waiting: deque[Question] = field(default_factory=deque)
    _rounds: set[asyncio.Task[None]] = field(default_factory=set)

    async def ask(self, values: dict[str, Any]) -> Grant:
        """Ask together with whoever asks at the same time; raise what PostgreSQL raises about this question."""
        question = Question(values, asyncio.get_running_loop().create_future())
        self._waiting.append(question)
        if len(self._rounds) < STATEMENTS_AT_ONCE:
            task = asyncio.ensure_future(self._go_round())
            self._rounds.add(task)
            task.add_done_callback(self._rounds.discard)
        return await question.answer

    async def _go_round(self) -> None:
        while self._waiting:
            together = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))]
            try:
                await self._answer(together)
            except PostgresError as error:
                if len(together) == 1 or isinstance(error, OperationalError):
                    _fail(together, error)
                else:
                    await self._one_by_one(together)

    async def _one_by_one(self, questions: Sequence[Question]) -> None:
        """Ask again, each alone: one that cannot be asked, as of an account that is gone, keeps no other back."""
        for question in questions:
            try:
                await self._answer([question])
            except PostgresError as error:
                _fail([question], error)

    async def _answer(self, questions: Sequence[Question]) -> None:
        in_order = sorted(questions, key=lambda question: str(question.values["account"]))
        asked = json.dumps([{"place": place, **item.values} for place, item in enumerate(in_order)], default=str)
        async with self.connections.borrow() as connection:
            rows = await (await connection.execute(_ASK, (asked,))).fetchall()
        for place, *columns in rows:
            question, grant = in_order[place], Grant(*columns)
            if not question.answer.done():
                question.answer.set_result(grant)
            elif grant.granted:
                await self.unwanted(question.values)


def _fail(questions: Sequence[Question], error: PostgresError) -> None:
    for question in questions:
        if not question.answer.done():
            question.answer.set_exception(error)
