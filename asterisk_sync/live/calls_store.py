"""The calls of each node in Redis: as its worker told them last, and since when it tells nothing."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import structlog
from django.utils import timezone

from asterisk_sync.live.calls import CallUp
from asterisk_sync.models import Node
from voipadmin.core.runtime.redis_client import redis_client

log = structlog.get_logger(__name__)

# Calls of a node that tells nothing are shown for so long, marked as such; after that nobody knows of them.
KEPT = timedelta(hours=1)
SILENT_AFTER = timedelta(seconds=5)
FIELDS = list(CallUp._fields)
MOMENTS = [FIELDS.index(name) for name in ("started_at", "answered_at")]
AMOUNTS = [FIELDS.index(name) for name in ("price", "cost", "margin", "held")]
# What a call has of which nothing was told.
UNKNOWN = {name: CallUp._field_defaults.get(name) for name in FIELDS}


@dataclass(frozen=True, slots=True)
class NodeCalls:
    """The calls of a node as of `taken_at`."""

    node_id: UUID
    node: str
    taken_at: datetime
    calls: tuple[CallUp, ...] = ()

    def is_silent(self, now: datetime) -> bool:
        """Tell whether its worker tells nothing any more: these are the calls of before."""
        return now - self.taken_at > SILENT_AFTER


def publish_calls(told: NodeCalls) -> None:
    """Put the calls of a node into Redis. Raises redis.exceptions.RedisError."""
    redis_client().set(_key(told.node_id), pack_calls(told), ex=int(KEPT.total_seconds()))


def told_calls(nodes: Iterable[Node]) -> list[NodeCalls]:
    """Return what the nodes told last of their calls, with one question to Redis; nothing where it is away."""
    keys = [_key(node.pk) for node in nodes]
    try:
        texts: list[bytes | None] = redis_client().mget(keys) if keys else []  # type: ignore[assignment]
    except Exception as error:
        # Any error of Redis may come here. A page without live values is better than none.
        log.warning("live_state_unavailable", error=str(error))
        return []
    return [unpack_calls(text) for text in texts if text]


def told_calls_of(node: Node) -> NodeCalls:
    """Return what a node told last of its calls; none where nothing is known."""
    return next(iter(told_calls([node])), NodeCalls(node.pk, node.name, timezone.now()))


def _key(node_id: UUID) -> str:
    return f"asterisk_sync:calls:{node_id}"


def pack_calls(told: NodeCalls) -> str:
    """Return the calls of a node as JSON: each call is a list of its values, in the order of the fields."""
    rows = told.calls
    head = {"node_id": told.node_id, "node": told.node, "taken_at": told.taken_at.isoformat(), "fields": FIELDS}
    return json.dumps({**head, "calls": rows}, default=_written)


def _written(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def unpack_calls(text: bytes | str) -> NodeCalls:
    """Return the calls that `pack_calls` wrote, maybe in a release with other fields."""
    values: dict[str, Any] = json.loads(text)
    rows = values["calls"] if values["fields"] == FIELDS else _in_our_order(values["fields"], values["calls"])
    calls = tuple(_call(row) for row in rows)
    return NodeCalls(UUID(values["node_id"]), values["node"], datetime.fromisoformat(values["taken_at"]), calls)


def _in_our_order(names: list[str], rows: list[list[Any]]) -> list[list[Any]]:
    """Return the values of rows of another release in the order of our fields, without those that it had not."""
    found = []
    for row in rows:
        told = dict(zip(names, row, strict=True))
        found.append([told.get(name, UNKNOWN[name]) for name in FIELDS])
    return found


def _call(row: list[Any]) -> CallUp:
    """Return the call of a row; by places, since a page reads thousands a second."""
    for place in MOMENTS:
        if row[place] is not None:
            row[place] = datetime.fromisoformat(row[place])
    for place in AMOUNTS:
        if row[place] is not None:
            row[place] = Decimal(row[place])
    return CallUp._make(row)
