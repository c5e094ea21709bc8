"""What the service does every other second, whether it is asked or not."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

import structlog
from django.db import DatabaseError
from psycopg import Error as PostgresError

from asterisk_sync.authorizer.account_stopper import AccountStopper
from asterisk_sync.authorizer.heartbeat import record_heartbeat
from asterisk_sync.authorizer.live_calls import LiveCallTimers
from asterisk_sync.authorizer.state import ServiceState
from billing.authorization.holds import CallKey
from billing.authorization.services import record_refusals
from billing.authorization.sweeper import Sweeper
from billing.models import RefusedCall

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 2.0


@dataclass
class SweepLoop:
    """Sweeps every other second.

    1. Release settled holds, expire orphans, and forget the live calls of these.
    2. Write the calls that were refused since the last time.
    3. Read what changed of nodes and rules, and record the heartbeat.
    4. Stop the accounts that reached a cap.
    """

    state: ServiceState
    timers: LiveCallTimers
    stopper: AccountStopper

    async def run(self) -> None:
        """Sweep until the task is cancelled. A sweep that fails is logged, and the next one comes all the same."""
        sweeper = Sweeper(self.state.pool, self.state.spending)
        while True:
            try:
                await self._sweep(sweeper)
            except (PostgresError, DatabaseError, OSError) as error:
                log.error("not_swept", error=str(error))
            await asyncio.sleep(SWEEP_SECONDS)

    async def _sweep(self, sweeper: Sweeper) -> None:
        for node_name, uniqueid in await sweeper.sweep():
            key = CallKey(node_name, uniqueid)
            self.timers.cancel(key)
            self.state.call_authorizer.calls.pop(key, None)
        refused, self.state.refused = self.state.refused, []
        await asyncio.to_thread(self._write_and_refresh, refused)
        for rules in list(self.state.rule_cache.account_rules.values()):
            if not rules.blocked and (cap := self.state.spending.cap_reached(rules)):
                await self.stopper.stop(rules, f"cap per {cap}")

    def _write_and_refresh(self, refused: list[RefusedCall]) -> None:
        record_refusals(refused=refused)
        self.state.refresh()
        self.state.request_check.report({node: item.node.name for node, item in self.state.nodes.by_id.items()})
        # Without Redis there is no heartbeat, but calls are answered all the same.
        with suppress(Exception):
            record_heartbeat(list(self.state.nodes.by_id))
