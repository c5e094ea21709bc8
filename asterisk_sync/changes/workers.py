"""Workers beside their nodes: which messages are theirs, and when each last reported itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from celery import current_app, shared_task
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from asterisk_sync.changes.outbox import PROTOCOL, queue_of, send_to_worker
from asterisk_sync.models import Node
from voipadmin.core.runtime.task_limits import NODE, TimeLimits
from voipadmin.version import VERSION

log = structlog.get_logger(__name__)

REPORT_TASK = "asterisk_sync.tasks.report_worker"
# A silent worker is asked to report itself this often, and counts as away when several questions went unanswered.
HEARTBEAT_EVERY = timedelta(seconds=10)
AWAY_AFTER = timedelta(seconds=60)


def node_task(name: str, limits: TimeLimits = NODE) -> Callable[[Callable[..., None]], Any]:
    """Make a Celery task of a function about a node: the worker beside the node does it, any other passes it on.

    A message is the node's id and the arguments; keywords that a newer release may add are ignored.
    """

    def decorate(work: Callable[..., None]) -> Any:
        def run(task: Any, node_id: str, *args: str, **_newer: Any) -> None:
            node = Node.objects.filter(pk=UUID(node_id)).first()
            if node is not None and _is_for_this_worker(task, node, args):
                work(node, *args)

        run.__doc__ = work.__doc__
        return shared_task(bind=True, name=name, **limits)(run)

    return decorate


def _is_for_this_worker(task: Any, node: Node, args: tuple[str, ...]) -> bool:
    """Tell whether this worker does the task; a message that is for another one is put into the node's queue.

    1. A message that came by the node's own queue is for this worker, which thereby reports itself.
    2. A call without a queue (from a command) is done here, and so is everything about the only node.
    3. A message that came by another node's queue shows that the node was renamed: this worker follows its queue.
    """
    came_by, own = (task.request.delivery_info or {}).get("routing_key"), queue_of(node)
    if came_by == own:
        note_worker(node)
        return True
    if not came_by or _serves_all(node):
        return True
    if came_by != current_app.conf.task_default_queue:
        _listen_to_renamed_queue(task.request.hostname, came_by, own)
    send_to_worker(node, task.name, *args)
    return False


def _serves_all(node: Node) -> bool:
    """Tell whether a worker of the general queue does the node's work: the only node, which never had its own."""
    return not node.worker_protocol and not Node.objects.filter(enabled=True).exclude(pk=node.pk).exists()


def _listen_to_renamed_queue(worker: str, old: str, new: str) -> None:
    """Make a worker listen to the queue of the new name of its node, and no longer to that of the old one."""
    log.warning("queue_renamed", worker=worker, old=old, new=new)
    current_app.control.add_consumer(new, destination=[worker])
    current_app.control.cancel_consumer(old, destination=[worker])


def call_to_new_queue(before: Node) -> None:
    """Send a message to the old queue of a renamed node; the worker that reads it follows to the new one."""
    send_to_worker(before, REPORT_TASK)


def note_worker(node: Node) -> None:
    """Record the heartbeat of the worker beside the node, by the clock of the database, which all nodes share.

    A node whose row is locked, by a long import for instance, is skipped: there is another heartbeat in a moment.
    """
    with transaction.atomic():
        free = Node.objects.select_for_update(skip_locked=True).filter(pk=node.pk).values("pk")
        Node.objects.filter(pk__in=free).update(worker_version=VERSION, worker_protocol=PROTOCOL, worker_seen_at=Now())


def ask_for_heartbeats() -> None:
    """Ask the worker of each node that did not report itself just now; at most one question waits for each."""
    silent = Q(worker_seen_at=None) | Q(worker_seen_at__lt=Now() - HEARTBEAT_EVERY)
    for node in Node.objects.filter(silent, enabled=True):
        send_to_worker(node, REPORT_TASK, most_waiting=1)


@dataclass(frozen=True)
class WorkerHeartbeat:
    """What is known of the worker beside a node; `version` is empty where none ever reported itself."""

    seen_at: datetime | None
    version: str
    is_away: bool

    @property
    def differs(self) -> bool:
        """Tell whether it is of another release than this process."""
        return bool(self.version) and self.version != VERSION


def heartbeat_of(node: Node, now: datetime | None = None) -> WorkerHeartbeat:
    """Return the last heartbeat of the worker beside the node; the only node may have no worker of its own."""
    if not node.worker_protocol:
        return WorkerHeartbeat(None, "", is_away=not _serves_all(node))
    seen = node.worker_seen_at
    is_away = seen is None or seen < (now or timezone.now()) - AWAY_AFTER
    return WorkerHeartbeat(seen, node.worker_version, is_away)
