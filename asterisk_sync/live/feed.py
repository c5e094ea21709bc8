"""The AMI worker of one node: one connection that is read every second, published to Redis, and opened again."""

import time
from datetime import timedelta

import structlog
from django.db.models import Q
from django.utils import timezone

from asterisk_sync.ami.follower import NodeFollower
from asterisk_sync.ami.session import connected
from asterisk_sync.changes.outbox import wake_worker
from asterisk_sync.live.reader import LiveReader
from asterisk_sync.live.state import LiveEndpoint, publish
from asterisk_sync.models import Node, SyncState

log = structlog.get_logger(__name__)

READ_EVERY_SECONDS = 1.0
NODE_EVERY_SECONDS = 10.0
SEEN_EVERY = timedelta(seconds=30)


class NodeFeed(NodeFollower):
    """Publishes the live state of one node until it is told to stop."""

    lost_event, failed_event = "ami_lost", "feed_failed"

    def _follow(self, node: Node) -> None:
        with connected(node) as client:
            self._failures = 0
            log.info("ami_connected", node=node.name)
            _wake_after_return(node)
            reader = LiveReader(node.pk, client)
            checked = time.monotonic()
            before: dict[str, LiveEndpoint] | None = None
            while not self._stop.is_set():
                state = reader.read()
                publish(state, before)
                before = {endpoint.name: endpoint for endpoint in state.endpoints}
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
