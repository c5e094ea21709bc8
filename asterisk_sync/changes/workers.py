"""Workers beside their nodes: which messages are theirs, and when each was last heard of."""

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
from voipadmin.version import VERSION

log = structlog.get_logger(__name__)

REPORT_TASK = "asterisk_sync.tasks.report_worker"
# A worker is asked for a sign this often, and counts as away when several went unanswered.
SIGN_EVERY = timedelta(seconds=10)
AWAY_AFTER = timedelta(seconds=60)


def node_task(name: str) -> Callable[[Callable[..., None]], Any]:
    """Make a Celery task of a function about a node: the worker beside the node does it, any other passes it on.

    Its message is the node's id and arguments; keywords that a newer release may send are no fault.
    """

    def decorate(work: Callable[..., None]) -> Any:
        def run(task: Any, node_id: str, *args: str, **_newer: Any) -> None:
            node = Node.objects.filter(pk=UUID(node_id)).first()
            if node is not None and _is_taken(task, node, args):
                work(node, *args)

        run.__doc__ = work.__doc__
        return shared_task(bind=True, name=name)(run)

    return decorate


def _is_taken(task: Any, node: Node, args: tuple[str, ...]) -> bool:
    """Tell whether the message is for this worker; one that is not goes to the node's queue."""
    came_by, own = (task.request.delivery_info or {}).get("routing_key"), queue_of(node)
    if came_by == own:
        note_worker(node)
        return True
    if not came_by or _serves_all(node):
        return True
    if came_by != current_app.conf.task_default_queue:
        _follow(task.request.hostname, came_by, own)
    send_to_worker(node, task.name, *args)
    return False


def _serves_all(node: Node) -> bool:
    """Tell whether a worker of the general queue does the node's work: the only node, which never had its own."""
    return not node.worker_protocol and not Node.objects.filter(enabled=True).exclude(pk=node.pk).exists()


def _follow(worker: str, old: str, new: str) -> None:
    """The node has another name now: its worker listens to the queue of that name instead."""
    log.warning("queue_renamed", worker=worker, old=old, new=new)
    current_app.control.add_consumer(new, destination=[worker])
    current_app.control.cancel_consumer(old, destination=[worker])


def call_to_new_queue(before: Node) -> None:
    """Tell the worker that listens to a renamed node's old queue; it follows as soon as it reads this."""
    send_to_worker(before, REPORT_TASK)


def note_worker(node: Node) -> None:
    """Remember that the worker beside the node is there, and what it is; by the clock of the database, for all nodes.

    A long import holds the node's row until it commits: the sign is given another time.
    """
    with transaction.atomic():
        free = Node.objects.select_for_update(skip_locked=True).filter(pk=node.pk).values("pk")
        Node.objects.filter(pk__in=free).update(worker_version=VERSION, worker_protocol=PROTOCOL, worker_seen_at=Now())


def ask_for_signs() -> None:
    """Ask the worker of each node that was not heard of just now; one question waits for it at most."""
    silent = Q(worker_seen_at=None) | Q(worker_seen_at__lt=Now() - SIGN_EVERY)
    for node in Node.objects.filter(silent, enabled=True):
        send_to_worker(node, REPORT_TASK, most_waiting=1)


@dataclass(frozen=True)
class WorkerSign:
    """What is known of the worker beside a node; `version` is empty where none ever showed itself."""

    seen_at: datetime | None
    version: str
    is_away: bool

    @property
    def differs(self) -> bool:
        """Tell whether it is of another release than this process."""
        return bool(self.version) and self.version != VERSION


def sign_of(node: Node, now: datetime | None = None) -> WorkerSign:
    """Return when the worker beside the node was last heard of; the only node may do without one of its own."""
    if not node.worker_protocol:
        return WorkerSign(None, "", is_away=not _serves_all(node))
    seen = node.worker_seen_at
    is_away = seen is None or seen < (now or timezone.now()) - AWAY_AFTER
    return WorkerSign(seen, node.worker_version, is_away)
