"""The history of reachability and round trips of each endpoint: a bounded list in Redis for each, a day long.

1. Gateways and trunks are noted every minute, extensions every half hour: there may be a hundred thousand.
2. Whoever becomes reachable or unreachable is noted at once.
3. The worker notes those whose time has come together, and spreads extensions over the half hour.
"""

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import structlog

from asterisk_sync.live.state import LiveEndpoint
from voipadmin.core.runtime.redis_client import redis_client
from voipadmin.core.text.grammar import EXTENSION_ID_SHAPE

log = structlog.get_logger(__name__)

GATEWAY_SECONDS, EXTENSION_SECONDS = 60, 1800
# A day of gateways. Changes are noted beside the regular notes, so a list that has many is shorter in time.
LONGEST = {GATEWAY_SECONDS: 1440, EXTENSION_SECONDS: 96}
KEPT_SECONDS = 2 * 86_400
_EXTENSION = re.compile(EXTENSION_ID_SHAPE)
AWAY_TEXT, NO_TRIP = "away", ""


@dataclass(frozen=True, slots=True)
class Sample:
    """An endpoint at a moment: reachable or not; `milliseconds` is its round trip, None where it was not measured."""

    at: datetime
    is_reachable: bool
    milliseconds: float | None = None


@dataclass
class HistoryWriter:
    """Notes the endpoints of one node; it remembers when each was noted last, and how it was."""

    node_id: UUID
    _due: dict[str, float] = field(default_factory=dict)
    _seen: dict[str, bool] = field(default_factory=dict)

    def note(self, endpoints: Iterable[LiveEndpoint], now: datetime) -> int:
        """Note the endpoints whose time has come or whose reachability changed; return how many. Raises RedisError."""
        tick, pipe, count = time.monotonic(), redis_client().pipeline(transaction=False), 0
        for endpoint in endpoints:
            every = interval_of(endpoint.name)
            changed = self._seen.get(endpoint.name, endpoint.is_reachable) != endpoint.is_reachable
            due = self._due.get(endpoint.name)
            if due is None:
                # The first note of an extension comes some time in its interval, that of a gateway at once.
                due = tick + _offset(endpoint.name, every)
                self._due[endpoint.name] = due
            self._seen[endpoint.name] = endpoint.is_reachable
            if tick < due and not changed:
                continue
            if tick >= due:
                self._due[endpoint.name] = tick + every
            key = history_key(self.node_id, endpoint.name)
            pipe.rpush(key, written(endpoint, now))
            pipe.ltrim(key, -LONGEST[every], -1)
            pipe.expire(key, KEPT_SECONDS)
            count += 1
        if count:
            pipe.execute()
        return count


def interval_of(name: str) -> int:
    """Return the seconds between the regular notes of an endpoint."""
    return EXTENSION_SECONDS if _EXTENSION.fullmatch(name) else GATEWAY_SECONDS


def _offset(name: str, every: int) -> float:
    return float(int(name[1:], 16) % every) if every == EXTENSION_SECONDS else 0.0


def written(endpoint: LiveEndpoint, now: datetime) -> str:
    """Return an endpoint at a moment as it is kept: `1733000000:12.5`, `1733000000:away`, `1733000000:`."""
    trip = endpoint.rtt_milliseconds
    value = AWAY_TEXT if not endpoint.is_reachable else NO_TRIP if trip is None else f"{trip:.1f}"
    return f"{int(now.timestamp())}:{value}"


def read_sample(text: str) -> Sample:
    """Return what `written` wrote."""
    moment, _colon, value = text.partition(":")
    trip = None if value in {AWAY_TEXT, NO_TRIP} else float(value)
    return Sample(datetime.fromtimestamp(int(moment), UTC), value != AWAY_TEXT, trip)


def history_of(nodes: Sequence[UUID], name: str) -> dict[UUID, list[Sample]]:
    """Return the notes of an endpoint on each node, the oldest first; nothing where Redis is away."""
    try:
        pipe = redis_client().pipeline(transaction=False)
        for node in nodes:
            pipe.lrange(history_key(node, name), 0, -1)
        lists = pipe.execute() if nodes else []
    except Exception as error:
        # Any error of Redis may come here. A page without live values is better than none.
        log.warning("live_state_unavailable", error=str(error))
        return {}
    return {node: [read_sample(text.decode()) for text in texts] for node, texts in zip(nodes, lists, strict=True)}


def history_key(node_id: UUID, name: str) -> str:
    """Return the key of the list of an endpoint's notes."""
    return f"asterisk_sync:trips:{node_id}:{name}"
