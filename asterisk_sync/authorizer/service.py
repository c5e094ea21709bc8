"""The service itself: three doors for the dialplan, a timer for each live call, and a sweep every other second."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.utils import timezone
from psycopg import Error as PostgresError

from asterisk_sync.authorizer.ami_calls import Exchanges
from asterisk_sync.authorizer.fastagi import Request, Variables, serve_request
from asterisk_sync.authorizer.heartbeat import leave_sign
from asterisk_sync.changes.queries import local_nodes
from billing.authorization.call_authorizer import Desk, LiveCall
from billing.authorization.connections import Connections
from billing.authorization.holds import CallKey, HoldStore
from billing.authorization.rule_cache import Asked, Book
from billing.authorization.services import record_refusals, stop_account
from billing.authorization.sweeper import Spending, Sweeper
from billing.authorization.terms import Choice, Reason, Refusal, Terms
from billing.models import RefusedCall
from voipadmin.core.runtime.gc_pause import freeze_living_objects

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 2.0
BACKLOG = 1024
SWITCH_SECONDS = 0.0005
# A customer that is refused for these is stopped.
STOPPING = frozenset({Reason.CAP, Reason.VELOCITY})
# Every second that has begun is charged: a call is cut a moment before the one that nobody paid for.
CUT_EARLY_SECONDS = 0.3
# The next slice is asked for so long before the last one ends, or in its last third where slices are short.
ASK_AHEAD_SECONDS = 10.0
RETRY_SECONDS = 1.0


def orders_of(choices: Iterable[Choice], turn: str) -> Variables:
    """Return, for each route whose own order does not hold, its gateways in order; `&` alone where none is left.

    `turn` counts the questions of a channel: what an earlier one was told is not taken for an answer to this one.
    """
    return {
        f"va_by_{turn}_{choice.route.hex}": "&".join(carrier.gateway for carrier in choice.carriers) or "&"
        for choice in choices
        if choice.differs and turn
    }


@dataclass
class Authorizer:
    """Answers the dialplan until it is told to stop."""

    connections: Connections
    book: Book = field(default_factory=Book)
    exchanges: Exchanges = field(default_factory=Exchanges)
    spending: Spending = field(default_factory=Spending)
    refused: list[RefusedCall] = field(default_factory=list)
    timers: dict[CallKey, asyncio.TimerHandle] = field(default_factory=dict)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Open the desk."""
        self.desk = Desk(self.book, HoldStore(self.connections), self.spending)
        self.doors: dict[str, Callable[[Request], Awaitable[Variables]]] = {
            "authorize": self.authorize,
            "answered": self.answered,
            "ended": self.ended,
        }

    async def start(self, host: str, port: int) -> asyncio.Server:
        """Read everything, take up the calls that go on, and listen."""
        # The thread that reads what changed gives way to calls at once, not after five milliseconds.
        sys.setswitchinterval(SWITCH_SECONDS)
        await asyncio.to_thread(self._refresh)
        for call in await self.desk.recall(timezone.now()):
            self._ask_again(call)
        self._spawn(self._sweep_for_ever())
        return await asyncio.start_server(self._connected, host, port, backlog=BACKLOG)

    async def stop(self) -> None:
        """Leave the calls to their last slice."""
        for timer in self.timers.values():
            timer.cancel()
        for task in list(self.tasks):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        self.exchanges.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await serve_request(reader, writer, self._answer)

    async def _answer(self, request: Request) -> Variables:
        """Answer at the door that was knocked at; whatever goes wrong, the dialplan is told nothing and refuses."""
        try:
            return await self.doors[request.door](request)
        except (KeyError, ValueError, PostgresError) as error:
            log.error("not_answered", door=request.door, error=repr(error))
            return {}

    # The doors

    async def authorize(self, request: Request) -> Variables:
        """Say how long the call may go on, or with which cause it ends."""
        node, customer, dialled, number, caller, turn = (*request.arguments, "", "")[:6]
        name = self.exchanges.name_of(UUID(node))
        asked = Asked(UUID(customer), dialled, number.removeprefix("+"), timezone.now(), caller)
        key = CallKey(name, request.uniqueid)
        answer = await self.desk.authorize(asked, key, request.channel)
        if isinstance(answer, LiveCall):
            granted = f"{answer.granted.seconds - CUT_EARLY_SECONDS:.1f}"
            return {"va_granted": granted, **orders_of(answer.choices, turn)}
        terms, refusal = answer
        self._note(asked, key, terms, refusal)
        return {"va_refusal": str(refusal.cause)}

    async def answered(self, request: Request) -> Variables:
        """Note the answer, and when the next slice has to be asked for."""
        node, uniqueid = request.arguments[:2]
        call = await self.desk.answered(CallKey(self.exchanges.name_of(UUID(node)), uniqueid), timezone.now())
        if call is not None:
            self._ask_again(call)
        return {}

    async def ended(self, request: Request) -> Variables:
        """Settle with the call."""
        key = CallKey(self.exchanges.name_of(UUID(request.arguments[0])), request.uniqueid)
        self._forget(key)
        await self.desk.ended(key, timezone.now())
        return {}

    # Live calls

    def _ask_again(self, call: LiveCall) -> None:
        """Set the timer of a call whose time runs."""
        key = call.wish.key
        self._forget(key)
        if call.ends_at is None or call.granted.seconds >= call.longest_seconds:
            return
        left = (call.ends_at - timezone.now()).total_seconds()
        ahead = min(ASK_AHEAD_SECONDS, settings.AUTHORIZER_SLICE_SECONDS / 3)
        loop = asyncio.get_running_loop()
        self.timers[key] = loop.call_later(max(left - ahead, 0), lambda: self._spawn(self._prolong(key)))

    async def _prolong(self, key: CallKey) -> None:
        self.timers.pop(key, None)
        try:
            answer = await self.desk.prolong(key)
        except PostgresError as error:
            log.error("not_prolonged", error=str(error))
            self._ask_soon(key)
            return
        if isinstance(answer, Refusal):
            await self._react(key, answer)
        elif answer.ends_at is not None:
            left = (answer.ends_at - timezone.now()).total_seconds() - CUT_EARLY_SECONDS
            if await self.exchanges.allow(key.node_name, answer.wish.channel, left):
                self._ask_again(answer)

    def _ask_soon(self, key: CallKey) -> None:
        """Ask again while the call goes on: its money is there, only the database was away for a moment."""
        if key in self.desk.calls:
            loop = asyncio.get_running_loop()
            self.timers[key] = loop.call_later(RETRY_SECONDS, lambda: self._spawn(self._prolong(key)))

    async def _react(self, key: CallKey, refusal: Refusal) -> None:
        """A call without credit ends with its slice; one that reached a cap stops its customer."""
        call = self.desk.calls.get(key)
        terms = None if call is None else self.book.terms.get(call.customer_id)
        if terms is not None and refusal.reason is Reason.CAP:
            await self._stop(terms, f"cap: {call.wish.number}, {key.node_name}" if call else "cap")

    def _forget(self, key: CallKey) -> None:
        timer = self.timers.pop(key, None)
        if timer is not None:
            timer.cancel()

    def _note(self, asked: Asked, key: CallKey, terms: Terms | None, refusal: Refusal) -> None:
        if terms is None:
            return
        self.refused.append(
            RefusedCall(
                customer_id=terms.customer_id,
                node_name=key.node_name,
                uniqueid=key.uniqueid,
                number=asked.number[:80],
                reason=refusal.reason.value,
                detail=refusal.detail[:200],
                cause=refusal.cause,
            )
        )
        if refusal.reason in STOPPING:
            why = f" ({refusal.detail})" if refusal.reason is Reason.VELOCITY else ""
            called = f"{asked.caller or '?'} → {asked.number}, {key.node_name}"
            self._spawn(self._stop(terms, f"{refusal.reason.value}{why}: {called}"))

    # Again and again

    async def _sweep_for_ever(self) -> None:
        sweeper = Sweeper(self.connections, self.spending)
        while True:
            try:
                await self._sweep(sweeper)
            except (PostgresError, DatabaseError, OSError) as error:
                log.error("not_swept", error=str(error))
            await asyncio.sleep(SWEEP_SECONDS)

    async def _sweep(self, sweeper: Sweeper) -> None:
        for node_name, uniqueid in await sweeper.sweep():
            self._forget(CallKey(node_name, uniqueid))
            self.desk.calls.pop(CallKey(node_name, uniqueid), None)
        refused, self.refused = self.refused, []
        await asyncio.to_thread(self._write, refused)
        for terms in list(self.book.terms.values()):
            if not terms.blocked and (cap := self.spending.cap_reached(terms)):
                await self._stop(terms, cap)

    def _write(self, refused: list[RefusedCall]) -> None:
        record_refusals(refused=refused)
        self._refresh()
        with suppress(Exception):
            leave_sign(list(self.exchanges.by_id))

    def _refresh(self) -> None:
        close_old_connections()
        self.exchanges.refresh(list(local_nodes()))
        page = self.book.page
        self.book.refresh()
        if self.book.page is not page:
            # Prices and routes are millions of objects without cycles: looking through them would hold up every call.
            freeze_living_objects()

    async def _stop(self, terms: Terms, cap: str) -> None:
        """Stop a customer that reached a cap, and end its calls."""
        spent = self.spending.by_account.get(terms.account_id)
        reason = (
            f"{cap}; {spent.hour:.2f} / {terms.hourly_cap:.2f}, {spent.day:.2f} / {terms.daily_cap:.2f}"
            if spent
            else cap
        )
        if await asyncio.to_thread(stop_account, account_id=terms.account_id, reason=reason[:200]):
            log.warning("customer_stopped", customer=terms.code, reason=reason)
            await asyncio.to_thread(self._refresh)
            await self.exchanges.hang_up(terms.code)

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
