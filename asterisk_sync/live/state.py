"""The live state of nodes, which their AMI workers publish to Redis every second; readers need no connection to AMI.

A node has two keys: its channels and registrations as one text, and its endpoints as a hash by name, of which a reader
asks for those that it needs: there may be a hundred thousand.
"""

import dataclasses
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.utils import timezone

from asterisk_sync.models import Node
from voipadmin.core.runtime.redis_client import redis_client

log = structlog.get_logger(__name__)

STALE_AFTER = timedelta(seconds=10)
UP = "Up"
AWAY = frozenset({"Unavailable", "Invalid"})


@dataclass(frozen=True)
class LiveChannel:
    """A channel; those of one call have the same `linkedid`. `variables` stay with the worker: readers see none."""

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
    uniqueid: str = ""
    codec: str = ""
    bridge: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)


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


def live_states(nodes: Iterable[Node], endpoints: Collection[str] | None = None) -> dict[UUID, LiveState]:
    """Return the live states of several nodes that are not older than ten seconds, with one question to Redis.

    Where `endpoints` names some, the states have no others.
    """
    keys = [node.pk for node in nodes]
    try:
        stored = _read(keys, endpoints)
    except Exception as error:
        # Any error of Redis may come here. A page without live values is better than none.
        log.warning("live_state_unavailable", error=str(error))
        return {}
    states = (unpack(*texts) for texts in stored if texts[0])
    now = timezone.now()
    return {state.node_id: state for state in states if now - state.taken_at <= STALE_AFTER}


def live_endpoints(nodes: Iterable[Node]) -> dict[UUID, dict[str, bool]]:
    """Return of each node whether it reaches each of its endpoints, by name; nothing of a node that tells nothing.

    A hundred thousand endpoints are a set of names for each of both kinds: no endpoint is read whole.
    """
    keys = [node.pk for node in nodes]
    try:
        pipe = redis_client().pipeline(transaction=False)
        for node in keys:
            pipe.smembers(_names_key(node, reachable=True))
            pipe.smembers(_names_key(node, reachable=False))
        answers = pipe.execute()
    except Exception as error:
        log.warning("live_state_unavailable", error=str(error))
        return {}
    pairs = zip(keys, answers[::2], answers[1::2], strict=True)
    return {
        node: {name.decode(): True for name in reached} | {name.decode(): False for name in away}
        for node, reached, away in pairs
        if reached or away
    }


def _read(nodes: Iterable[UUID], endpoints: Collection[str] | None) -> list[tuple[bytes, list[bytes]]]:
    """Return of each node the text of its state and those of its endpoints."""
    names = None if endpoints is None else sorted(set(endpoints))
    pipe = redis_client().pipeline(transaction=False)
    for node in nodes:
        pipe.get(_key(node))
        if names is None:
            pipe.hvals(endpoints_key(node))
        else:
            # Redis refuses to be asked for no field.
            pipe.hmget(endpoints_key(node), names or [""])
    answers = pipe.execute()
    return [(text, [row for row in rows if row]) for text, rows in zip(answers[::2], answers[1::2], strict=True)]


def publish(state: LiveState, before: Mapping[str, LiveEndpoint] | None = None) -> None:
    """Put a state into Redis, where it expires after ten seconds.

    `before` are the endpoints by name as this process published them last: then only what changed is written.
    """
    now = {endpoint.name: endpoint for endpoint in state.endpoints}
    keys = (endpoints_key(state.node_id), *(_names_key(state.node_id, reachable=reached) for reached in (True, False)))
    lasts = int(STALE_AFTER.total_seconds())
    client = redis_client()
    # A Redis that was emptied meanwhile has nothing of what was published before.
    known = before if before is not None and client.expire(keys[0], lasts) else None
    pipe = client.pipeline()
    if known is None:
        pipe.delete(*keys)
    _write_changes(pipe, state.node_id, known or {}, now)
    for key in keys:
        pipe.expire(key, lasts)
    pipe.set(_key(state.node_id), pack(state), ex=lasts)
    pipe.execute()


def _write_changes(pipe: Any, node: UUID, known: Mapping[str, LiveEndpoint], now: Mapping[str, LiveEndpoint]) -> None:
    gone = [name for name in known if name not in now]
    changed = {name: row for name, row in now.items() if known.get(name) != row}
    key = endpoints_key(node)
    if gone:
        pipe.hdel(key, *gone)
    if changed:
        pipe.hset(key, mapping={name: pack_endpoint(row) for name, row in changed.items()})
    for reached in (True, False):
        names = [name for name, row in changed.items() if row.is_reachable is reached]
        left = [*gone, *(name for name, row in changed.items() if row.is_reachable is not reached)]
        if left:
            pipe.srem(_names_key(node, reachable=reached), *left)
        if names:
            pipe.sadd(_names_key(node, reachable=reached), *names)


def _names_key(node_id: UUID, *, reachable: bool) -> str:
    return f"asterisk_sync:live:{node_id}:{'reachable' if reachable else 'away'}"


def _key(node_id: UUID) -> str:
    return f"asterisk_sync:live:{node_id}"


def endpoints_key(node_id: UUID) -> str:
    """Return the key of the hash of a node's endpoints."""
    return f"asterisk_sync:live:{node_id}:endpoints"


def pack(state: LiveState) -> str:
    """Return a state without its endpoints as JSON."""
    channels = tuple(dataclasses.replace(channel, variables={}) for channel in state.channels)
    return json.dumps(dataclasses.asdict(dataclasses.replace(state, channels=channels, endpoints=())), default=str)


def pack_endpoint(endpoint: LiveEndpoint) -> str:
    """Return an endpoint as JSON."""
    return json.dumps(dataclasses.asdict(endpoint))


def unpack_endpoint(text: bytes | str) -> LiveEndpoint:
    """Return the endpoint that `pack_endpoint` wrote."""
    values: dict[str, Any] = json.loads(text)
    return LiveEndpoint(**{**values, "contacts": tuple(LiveContact(**item) for item in values["contacts"])})


def unpack(text: bytes | str, endpoints: Iterable[bytes | str] = ()) -> LiveState:
    """Return the state that `pack` wrote, with its endpoints in the order of their names."""
    values: dict[str, Any] = json.loads(text)
    return LiveState(
        node_id=UUID(values["node_id"]),
        taken_at=datetime.fromisoformat(values["taken_at"]),
        version=values["version"],
        channels=tuple(LiveChannel(**channel) for channel in values["channels"]),
        endpoints=tuple(sorted(map(unpack_endpoint, endpoints), key=lambda endpoint: endpoint.name)),
        registrations=tuple(LiveRegistration(**item) for item in values["registrations"]),
    )
