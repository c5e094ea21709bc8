"""The authorizer's heartbeat for each node that it answers, for its alarm and the doctor."""

from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from django.core.cache import cache
from redis.exceptions import RedisError

from asterisk_sync.alarms import AUTHORIZER_AWAY
from asterisk_sync.models import Node
from asterisk_sync.snapshot.node_scope import NodeScope
from customers.models import Customer, CustomerStatus
from voipadmin.core.alarms.services import report_state

HEARTBEAT_SECONDS = 10


def _key(node_id: UUID) -> str:
    return f"asterisk_sync:authorizer:{node_id}"


def record_heartbeat(nodes: Iterable[UUID]) -> None:
    """Note that the requests of these nodes are answered now."""
    cache.set_many({_key(node): True for node in nodes}, timeout=HEARTBEAT_SECONDS)


def unanswered_nodes() -> list[Node]:
    """Return the enabled nodes with customers whose authorizer has no heartbeat."""
    nodes = list(Node.objects.filter(enabled=True))
    silent = nodes_without_heartbeat(node.pk for node in nodes)
    return [node for node in nodes if node.pk in silent and _has_customers(node)]


def report_unanswered_nodes() -> None:
    """Open an alarm for each node that is not answered, and close those of nodes that are."""
    with suppress(RedisError, OSError):
        cache.get(_key(UUID(int=0)))  # where Redis cannot say who is away, every alarm stays as it is
        report_state(AUTHORIZER_AWAY, {str(node.pk): {"node": node.name} for node in unanswered_nodes()})


def _has_customers(node: Node) -> bool:
    # Any customer at all: a call abroad is asked about whoever makes it.
    open_ones = Customer.objects.exclude(status=CustomerStatus.CLOSED)
    return bool(NodeScope(node).on_node(open_ones, "customer").exists())


def nodes_without_heartbeat(nodes: Iterable[UUID]) -> set[UUID]:
    """Return those of the nodes whose authorizer was not heard of for ten seconds; none where Redis is away."""
    keys = {_key(node): node for node in nodes}
    try:
        heard = cache.get_many(keys)
    except (RedisError, OSError):
        # Nothing is known then; that Redis is away is said elsewhere.
        return set()
    return set(keys.values()) - {keys[key] for key in heard}
