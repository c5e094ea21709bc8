"""Calls of whose end nobody told: their node was killed, or the service hung when they ended."""

import time
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from django.utils import timezone
from psycopg import Error as PostgresError

from asterisk_sync.authorizer.live_calls import LiveCallTimers
from asterisk_sync.authorizer.state import ServiceState

log = structlog.get_logger(__name__)

LOOK_SECONDS = 20.0
# A call is asked about when its channel is there already; this is for a node that takes its time to answer.
YOUNGEST = timedelta(seconds=10)
# An Asterisk that was killed leaves no record, so what such a call costs is not held until there is one.
RECORD_WITHIN = timedelta(minutes=2)


@dataclass
class LostEnds:
    """Compares the calls that money is held for with the channels of their nodes, every twenty seconds."""

    state: ServiceState
    timers: LiveCallTimers
    _looked_at: float = 0.0

    def look(self) -> None:
        """Settle in the background with calls whose channel is gone; a node that does not answer is left alone."""
        if time.monotonic() - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = time.monotonic()
        for node, connection in list(self.state.nodes.by_id.items()):
            self.state.background.start(self._compare(node, connection.node.name))

    async def _compare(self, node: UUID, name: str) -> None:
        now = timezone.now()
        calls = self.state.call_authorizer.calls
        keys = [key for key, call in calls.items() if key.node_name == name and now - call.request.at > YOUNGEST]
        channels = await self.state.nodes.live_channels(node) if keys else None
        if channels is None:
            return
        for key in keys:
            if key.uniqueid not in channels and key in calls:
                log.warning("end_was_lost", node=name, uniqueid=key.uniqueid)
                self.timers.cancel(key)
                try:
                    await self.state.call_authorizer.finish(key, timezone.now(), RECORD_WITHIN)
                except PostgresError as error:
                    # What is held expires then.
                    log.error("not_settled", uniqueid=key.uniqueid, error=str(error))
