"""The outbox: a change raises the wanted generation of its nodes and is noted, all in the change's own transaction.

1. `record_changes` raises `desired_generation` of each node once for each transaction, and adds an OutboxEntry.
2. After the commit a message wakes the worker beside the node. It says nothing but the node's id.
3. A message that is lost, or never sent, costs seconds: the sweeper looks for nodes with a generation to try.
"""

import time
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from auditlog.context import auditlog_value
from celery import current_app
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, models, transaction
from django.db.models import Case, F, Value, When

from asterisk_sync.models import Node, OutboxEntry, SyncState

log = structlog.get_logger(__name__)

SYNC_TASK = "asterisk_sync.tasks.sync_node"
# The release of the format of messages. A worker understands any other one as far as the node's id, its first argument.
PROTOCOL = 2
PROTOCOL_HEADER = "voipadmin_protocol"
# Messages that may wait for a worker that is away; further ones would tell it nothing new.
MOST_WAITING_FOR_A_NODE = 3
MOST_WAITING = 10_000
# Somebody who saves waits for a broker that is away at most this long, once.
WAKE_SECONDS = 0.2
PAUSE_AFTER_FAILURE_SECONDS = 2.0
WAKE_TRANSPORT = {
    "max_retries": 0,
    "retry_on_timeout": False,
    "socket_connect_timeout": WAKE_SECONDS,
    "socket_timeout": WAKE_SECONDS,
}
BATCH = 1000

# Log-in name of whoever acts where there is no request: a command or a task sets it.
acting_user: ContextVar[str] = ContextVar("asterisk_sync_acting_user", default="")


@dataclass(frozen=True)
class ObjectChange:
    """A created, changed, deleted or placed object, or what was asked of a node, as the history shows it."""

    label: str
    object_id: str
    name: str
    action: str

    @classmethod
    def of(cls, instance: models.Model, action: str) -> "ObjectChange":
        """Describe a model instance; one whose name needs a relation that is gone already is named by its key."""
        try:
            name = str(instance)
        except ObjectDoesNotExist:
            name = str(instance.pk)
        return cls(instance._meta.label_lower, str(instance.pk), name[:200], action)


@dataclass(frozen=True)
class WakeOnCommit:
    """A callback of `transaction.on_commit`, which also tells what generation this transaction gave to the node."""

    node_id: UUID
    generation: int

    def __call__(self) -> None:
        """Wake the worker of the node."""
        wake_worker(self.node_id)


class _BrokerPause:
    """Until when no message is sent after the broker failed, so that a burst of saves does not wait each time."""

    until = 0.0


def record_changes(changes: Sequence[ObjectChange], nodes: Iterable[UUID]) -> None:
    """Raise the wanted generation of the nodes, once for each transaction, and note the changes with it."""
    wanted = frozenset(nodes)
    if not wanted or not changes:
        return
    actor = current_actor()
    with transaction.atomic():
        generations = _raise_generations(wanted)
        OutboxEntry.objects.bulk_create(
            [
                OutboxEntry(
                    node_id=node_id,
                    generation=generation,
                    object_label=change.label,
                    object_id=change.object_id,
                    object_name=change.name,
                    action=change.action,
                    actor=actor,
                )
                for node_id, generation in generations.items()
                for change in changes
            ],
            batch_size=BATCH,
        )


def _raise_generations(wanted: frozenset[UUID]) -> dict[UUID, int]:
    """Return node -> generation of this transaction, raised for the nodes that it has not touched before."""
    # Django keeps the callbacks of on_commit() in run_on_commit, as (savepoints, callback, robust), and takes those of
    # a savepoint away when that is rolled back. So it knows which generations were raised and still stand: nothing
    # kept beside it would. The attribute is not documented; test_outbox.py fails where it changes.
    callbacks = [entry[1] for entry in connection.run_on_commit]
    raised = {callback.node_id: callback.generation for callback in callbacks if isinstance(callback, WakeOnCommit)}
    # Rows are locked in the order of their keys, so that two transactions never wait for each other.
    fresh = sorted(wanted - raised.keys())
    for node_id in fresh:
        Node.objects.filter(pk=node_id).update(
            desired_generation=F("desired_generation") + 1,
            state=Case(When(state=SyncState.UNREACHABLE, then=F("state")), default=Value(SyncState.PENDING)),
        )
    for node_id, generation in Node.objects.filter(pk__in=fresh).values_list("pk", "desired_generation"):
        raised[node_id] = generation
        transaction.on_commit(WakeOnCommit(node_id, generation), robust=True)
    return {node_id: raised[node_id] for node_id in wanted if node_id in raised}


def current_actor() -> str:
    """Return the log-in name of whoever makes this change, empty where nobody is known."""
    if named := acting_user.get():
        return named
    context: dict[str, Any] = auditlog_value.get({})
    actor = context.get("actor")
    return str(actor.get_username()) if actor is not None else ""


def queue_of(node: Node) -> str:
    """Return the queue of the worker beside the node."""
    return f"node.{node.name}"


def wake_worker(node_id: UUID) -> bool:
    """Tell the worker beside the node that changes wait; return whether the broker took the message."""
    node = Node.objects.only("name", "worker_protocol").filter(pk=node_id).first()
    return node is not None and send_to_node(node, SYNC_TASK)


def send_to_node(node: Node, task_name: str, *args: str) -> bool:
    """Send a task about a node to the worker beside it; the node's id comes before `args`.

    Where that worker never reported itself, the message goes to the general queue: the only node may have no worker of
    its own, and one of an older release listens there. Return False where the broker is away or the queue is full.
    """
    if node.worker_protocol:
        return send_to_worker(node, task_name, *args)
    return _deliver(current_app.conf.task_default_queue, task_name, [str(node.pk), *args], MOST_WAITING)


def send_to_worker(node: Node, task_name: str, *args: str, most_waiting: int = MOST_WAITING_FOR_A_NODE) -> bool:
    """Send a task to the queue of the worker beside the node, whether or not that worker ever reported itself."""
    return _deliver(queue_of(node), task_name, [str(node.pk), *args], most_waiting)


def _deliver(queue: str, task_name: str, args: list[str], most_waiting: int) -> bool:
    """Put a message into a queue in which fewer than `most_waiting` wait; return whether it was put there."""
    if time.monotonic() < _BrokerPause.until:
        return False
    try:
        with current_app.connection_for_write(transport_options=WAKE_TRANSPORT) as broker:
            waiting = broker.default_channel.queue_declare(queue=queue, durable=True, auto_delete=False).message_count
            if waiting >= most_waiting:
                return False
            current_app.send_task(
                task_name,
                args=args,
                queue=queue,
                connection=broker,
                headers={PROTOCOL_HEADER: PROTOCOL},
                # Without `expires`: a worker whose clock is ahead would drop every message.
                retry=False,
                ignore_result=True,
            )
    except Exception as error:
        # Any error of the broker may come here. The change is saved, and the sweeper finds it.
        _BrokerPause.until = time.monotonic() + PAUSE_AFTER_FAILURE_SECONDS
        log.warning("message_lost", queue=queue, task=task_name, error=str(error))
        return False
    return True
