"""The AMI worker of one node: one connection that is read every second, published to Redis, and opened again."""

import threading
import time
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import close_old_connections, connections
from django.db.models import Q
from django.utils import timezone

from asterisk_sync.ami.messages import AmiError
from asterisk_sync.ami.session import connected
from asterisk_sync.changes.outbox import wake_worker
from asterisk_sync.live.reader import LiveReader
from asterisk_sync.live.state import publish
from asterisk_sync.models import Node, SyncState

log = structlog.get_logger(__name__)

READ_EVERY_SECONDS = 1.0
NODE_EVERY_SECONDS = 10.0
SEEN_EVERY = timedelta(seconds=30)
RECONNECT_SECONDS = (1.0, 2.0, 5.0, 10.0)


class NodeFeed:
    """Publishes the live state of one node until it is told to stop."""

    def __init__(self, node_id: UUID, stop: threading.Event) -> None:
        self._node_id = node_id
        self._stop = stop
        self._failures = 0

    def run(self) -> None:
        """Connect, and connect again after a loss; return when told to, or when the node is gone or disabled."""
        try:
            while not self._stop.is_set() and self._once():
                pass
        finally:
            connections.close_all()

    def _once(self) -> bool:
        """Follow the node over one connection; return whether to go on."""
        try:
            node = self._node()
            if node is None:
                return False
            self._follow(node)
        except AmiError as error:
            self._failed("ami_lost", error)
        except Exception as error:
            # Redis or PostgreSQL restarting: the next connection finds them again.
            self._failed("feed_failed", error)
        return True

    def _failed(self, event: str, error: Exception) -> None:
        pause = RECONNECT_SECONDS[min(self._failures, len(RECONNECT_SECONDS) - 1)]
        self._failures += 1
        log.warning(event, node=str(self._node_id), error=str(error), pause=pause)
        self._stop.wait(pause)

    def _node(self) -> Node | None:
        # Outside of a request nobody else closes a connection that the database has dropped.
        close_old_connections()
        return Node.objects.filter(pk=self._node_id, enabled=True).first()

    def _follow(self, node: Node) -> None:
        with connected(node) as client:
            self._failures = 0
            log.info("ami_connected", node=node.name)
            _wake_after_return(node)
            reader = LiveReader(node.pk, client)
            checked = time.monotonic()
            while not self._stop.is_set():
                publish(reader.read())
                if time.monotonic() - checked >= NODE_EVERY_SECONDS:
                    checked = time.monotonic()
                    if self._has_changed(node):
                        return
                self._stop.wait(READ_EVERY_SECONDS)

    def _has_changed(self, node: Node) -> bool:
        """Note that the node was seen; tell whether its AMI address or user changed, or it is gone or disabled."""
        now = self._node()
        if now is None:
            return True
        _seen(now)
        names = ("ami_host", "ami_port", "ami_username", "ami_secret")
        return any(getattr(now, name) != getattr(node, name) for name in names)


def _wake_after_return(node: Node) -> None:
    """Have a node that came back brought up to date at once, not at its next retry."""
    _seen(node)
    if node.state == SyncState.UNREACHABLE or node.retry_at is not None:
        Node.objects.filter(pk=node.pk).update(retry_at=None)
        wake_worker(node.pk)


def _seen(node: Node) -> None:
    """Note that the node was seen, every 30 seconds at most: each write is a new version of its row."""
    now = timezone.now()
    stale = Q(last_seen_at=None) | Q(last_seen_at__lt=now - SEEN_EVERY)
    Node.objects.filter(stale, pk=node.pk).update(last_seen_at=now)
