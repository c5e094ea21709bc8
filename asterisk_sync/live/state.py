"""The live state of nodes, which their AMI workers publish to Redis every second; readers need no connection to AMI."""

import dataclasses
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.core.cache import cache
from django.utils import timezone

from asterisk_sync.models import Node

log = structlog.get_logger(__name__)

STALE_AFTER = timedelta(seconds=10)
UP = "Up"
AWAY = frozenset({"Unavailable", "Invalid"})


@dataclass(frozen=True)
class LiveChannel:
    """A channel; those of one call have the same `linkedid`."""

    name: str
    linkedid: str
    state: str
    caller_number: str
    connected_number: str
    extension: str
    context: str
    application: str
    account_code: str
    seconds: int


@dataclass(frozen=True)
class LiveContact:
    """A contact of an endpoint: the address at which a telephone registered, or that of a carrier."""

    endpoint: str
    uri: str
    status: str
    rtt_milliseconds: float | None = None
    user_agent: str = ""

    @property
    def is_reachable(self) -> bool | None:
        """Tell whether it answers OPTIONS; None where it is not asked."""
        return {"Reachable": True, "Unreachable": False, "Removed": False}.get(self.status)


@dataclass(frozen=True)
class LiveEndpoint:
    """An endpoint; `state` is Asterisk's device state."""

    name: str
    state: str
    active_channels: int
    contacts: tuple[LiveContact, ...] = ()

    @property
    def is_reachable(self) -> bool:
        """Tell whether a call could be sent to it: by its contacts, or by the device state, which lags behind."""
        known = [contact.is_reachable for contact in self.contacts if contact.is_reachable is not None]
        return any(known) if known else self.state not in AWAY

    @property
    def rtt_milliseconds(self) -> float | None:
        """Return the shortest round trip of its contacts, where one is known."""
        known = [contact.rtt_milliseconds for contact in self.contacts if contact.rtt_milliseconds is not None]
        return min(known, default=None)


@dataclass(frozen=True)
class LiveRegistration:
    """A registration of the node at a carrier."""

    name: str
    server: str
    status: str


@dataclass(frozen=True)
class LiveState:
    """What happens on a node at the moment `taken_at`."""

    node_id: UUID
    taken_at: datetime
    version: str = ""
    channels: tuple[LiveChannel, ...] = ()
    endpoints: tuple[LiveEndpoint, ...] = ()
    registrations: tuple[LiveRegistration, ...] = ()

    @property
    def calls_up(self) -> int:
        """Return how many calls are answered now."""
        return len({channel.linkedid for channel in self.channels if channel.state == UP})

    @property
    def calls(self) -> int:
        """Return how many calls there are now, ringing ones included."""
        return len({channel.linkedid for channel in self.channels})

    def endpoint(self, name: str) -> LiveEndpoint | None:
        """Return one endpoint by its name in Asterisk."""
        return next((endpoint for endpoint in self.endpoints if endpoint.name == name), None)

    def registration(self, name: str) -> LiveRegistration | None:
        """Return one registration by its name in Asterisk."""
        return next((item for item in self.registrations if item.name == name), None)


def live_state(node: Node) -> LiveState | None:
    """Return the live state of a node, None where it is older than ten seconds or Redis is away."""
    return live_states([node]).get(node.pk)


def live_states(nodes: Iterable[Node]) -> dict[UUID, LiveState]:
    """Return the live states of several nodes that are not older than ten seconds, with one question to Redis."""
    try:
        stored = cache.get_many([_key(node.pk) for node in nodes])
    except Exception as error:
        # Any error of Redis may come here. A page without live values is better than none.
        log.warning("live_state_unavailable", error=str(error))
        return {}
    states = (unpack(text) for text in stored.values())
    now = timezone.now()
    return {state.node_id: state for state in states if now - state.taken_at <= STALE_AFTER}


def publish(state: LiveState) -> None:
    """Put a state into Redis, where it expires after ten seconds."""
    cache.set(_key(state.node_id), pack(state), timeout=STALE_AFTER.total_seconds())


def _key(node_id: UUID) -> str:
    return f"asterisk_sync:live:{node_id}"


def pack(state: LiveState) -> str:
    """Return a state as JSON."""
    return json.dumps(dataclasses.asdict(state), default=str)


def unpack(text: str) -> LiveState:
    """Return the state that `pack` wrote."""
    values: dict[str, Any] = json.loads(text)
    return LiveState(
        node_id=UUID(values["node_id"]),
        taken_at=datetime.fromisoformat(values["taken_at"]),
        version=values["version"],
        channels=tuple(LiveChannel(**channel) for channel in values["channels"]),
        endpoints=tuple(
            LiveEndpoint(**{**endpoint, "contacts": tuple(LiveContact(**item) for item in endpoint["contacts"])})
            for endpoint in values["endpoints"]
        ),
        registrations=tuple(LiveRegistration(**item) for item in values["registrations"]),
    )
