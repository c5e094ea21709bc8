"""What the service does every other second, whether it is asked or not."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog
from django.db import DatabaseError, close_old_connections
from psycopg import Error as PostgresError

from asterisk_sync.authorizer.account_stopper import AccountStopper
from asterisk_sync.authorizer.heartbeat import record_heartbeat
from asterisk_sync.authorizer.live_calls import LiveCallTimers
from asterisk_sync.authorizer.lost_ends import LostEnds
from asterisk_sync.authorizer.state import ServiceState
from billing.authorization.holds.hold_store import CallKey
from billing.authorization.holds.sweeper import Sweeper
from voipadmin.core.alarms.outages import note_outage, report_outage

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 2.0
Step = Callable[[], Awaitable[None]]


@dataclass
class SweepLoop:
    """Sweeps every other second. A step that fails is logged, and the others are done all the same.

    1. Read what changed of nodes and rules, and record the heartbeat.
    2. End the calls of customers that were stopped, and settle with calls whose end nobody told.
    3. Release settled holds, expire orphans, and forget the live calls of these.
    4. Stop the accounts that reached a cap.
    5. Write the calls that were refused since the last time, and count the requests of strangers.
    6. Remember since when the database does not answer; say so when it does.
    """

    state: ServiceState
    timers: LiveCallTimers
    stopper: AccountStopper
    lost_ends: LostEnds = field(init=False)

    def __post_init__(self) -> None:
        """Connect the parts."""
        self.lost_ends = LostEnds(self.state, self.timers)

    async def run(self) -> None:
        """Sweep until the task is cancelled."""
        sweeper = Sweeper(self.state.pool, self.state.spending)
        steps: Sequence[Step] = (
            self._refresh,
            self._end_calls,
            lambda: self._sweep(sweeper),
            self._stop_at_caps,
            self._write_refused,
        )
        while True:
            failed = [error for step in steps if (error := await self._try(step)) is not None]
            await asyncio.to_thread(self._tell_of_outage, failed)
            await asyncio.sleep(SWEEP_SECONDS)

    async def _try(self, step: Step) -> Exception | None:
        """Do a step and return what it failed by."""
        try:
            await step()
        except (PostgresError, DatabaseError, OSError) as error:
            log.error("not_swept", step=getattr(step, "__name__", ""), error=str(error))
            return error
        return None

    @staticmethod
    def _tell_of_outage(failed: Sequence[Exception]) -> None:
        """Remember an outage of the database, or open its alarm when all steps passed again; blocks."""
        for error in failed:
            note_outage(error, noticed_by="call_authorizer")
        if not failed:
            # This thread's own connection may be one of before the outage.
            close_old_connections()
            with suppress(DatabaseError):
                report_outage()

    async def _refresh(self) -> None:
        await asyncio.to_thread(self.state.refresh)
        # Without Redis there is no heartbeat, but calls are answered all the same.
        with suppress(Exception):
            await asyncio.to_thread(record_heartbeat, list(self.state.nodes.by_id))

    async def _end_calls(self) -> None:
        self.state.stopped_calls.look()
        self.lost_ends.look()

    async def _sweep(self, sweeper: Sweeper) -> None:
        for node_name, uniqueid in await sweeper.sweep():
            key = CallKey(node_name, uniqueid)
            self.timers.cancel(key)
            self.state.call_authorizer.calls.pop(key, None)

    async def _stop_at_caps(self) -> None:
        for rules in list(self.state.rule_cache.account_rules.values()):
            if not rules.blocked and (cap := self.state.spending.cap_reached(rules)):
                await self.stopper.stop(rules, f"cap per {cap}")

    async def _write_refused(self) -> None:
        await self.state.refusals.write()
        names = {node: item.node.name for node, item in self.state.nodes.by_id.items()}
        await asyncio.to_thread(self.state.request_check.report, names)
