"""The authorizer service as a whole: its parts, how it starts and how it stops."""

import asyncio
import sys
from contextlib import suppress
from dataclasses import dataclass, field

from django.db import DatabaseError
from django.utils import timezone
from psycopg import Error as PostgresError

from asterisk_sync.authorizer.account_stopper import AccountStopper
from asterisk_sync.authorizer.fastagi import start_server
from asterisk_sync.authorizer.handlers import RequestHandlers
from asterisk_sync.authorizer.live_calls import LiveCallTimers
from asterisk_sync.authorizer.state import ServiceState
from asterisk_sync.authorizer.sweep_loop import SweepLoop
from asterisk_sync.authorizer.watchdog import tell_systemd
from voipadmin.core.alarms.outages import note_outage

SWITCH_SECONDS = 0.0005


@dataclass
class AuthorizerService:
    """Answers the dialplan from `start` until `stop`."""

    state: ServiceState
    timers: LiveCallTimers = field(init=False)
    handlers: RequestHandlers = field(init=False)
    sweep_loop: SweepLoop = field(init=False)

    def __post_init__(self) -> None:
        """Connect the parts."""
        stopper = AccountStopper(self.state)
        self.timers = LiveCallTimers(self.state, stopper)
        self.handlers = RequestHandlers(self.state, self.timers, stopper)
        self.sweep_loop = SweepLoop(self.state, self.timers, stopper)

    async def start(self, host: str, port: int) -> asyncio.Server:
        """Read nodes and rules, take over the calls that go on, and listen; return the server that listens."""
        # While a thread reads what changed, Python gives the event loop its turn after this time and not after the
        # usual five milliseconds: each answer would wait for several turns.
        sys.setswitchinterval(SWITCH_SECONDS)
        try:
            await asyncio.to_thread(self.state.refresh)
            calls = await self.state.call_authorizer.resume_calls(timezone.now())
        except (PostgresError, DatabaseError) as error:
            # The service ends, and is started again until the database answers: Redis keeps since when.
            await asyncio.to_thread(note_outage, error, noticed_by="call_authorizer")
            raise
        for call in calls:
            self.timers.schedule(call)
        self.state.background.start(self.sweep_loop.run())
        self.state.background.start(tell_systemd())
        return await start_server(self.handlers.handle, host, port, self.handlers.unheard)

    async def stop(self) -> None:
        """Stop all work, and write what was refused; calls that are up keep the slices that they were granted."""
        self.timers.cancel_all()
        await self.state.background.stop()
        with suppress(DatabaseError):
            await self.state.refusals.write()
        self.state.nodes.close()
