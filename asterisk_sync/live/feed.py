"""The AMI worker of one node: one connection that is read every second, published to Redis, and opened again."""

import time
from datetime import timedelta

import structlog
from django.db.models import Q
from django.utils import timezone

from asterisk_sync.ami.client import AmiClient
from asterisk_sync.ami.follower import NodeFollower
from asterisk_sync.ami.session import connected
from asterisk_sync.changes.outbox import wake_worker
from asterisk_sync.live.calls import calls_of
from asterisk_sync.live.calls_store import NodeCalls, publish_calls, told_calls_of
from asterisk_sync.live.following import CallFollower
from asterisk_sync.live.hangups import HangupServer
from asterisk_sync.live.history import HistoryWriter
from asterisk_sync.live.reader import LiveReader
from asterisk_sync.live.state import LiveChannel, LiveEndpoint, publish
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
            looks = _Looks(node, client)
            checked = time.monotonic()
            while not self._stop.is_set():
                looks.look()
                if time.monotonic() - checked >= NODE_EVERY_SECONDS:
                    checked = time.monotonic()
                    if self._has_changed(node):
                        return
                looks.serve(READ_EVERY_SECONDS)

    def _has_changed(self, node: Node) -> bool:
        """Note that the node was seen; tell whether its AMI address or user changed, or it is gone or disabled."""
        now = self._node()
        if now is None:
            return True
        _seen(now)
        names = ("ami_host", "ami_port", "ami_username", "ami_secret")
        return any(getattr(now, name) != getattr(node, name) for name in names)


class _Looks:
    """The looks at a node over one connection: each is published, and between two of them calls are ended."""

    def __init__(self, node: Node, client: AmiClient) -> None:
        self._node = node
        self._reader = LiveReader(node.pk, client)
        self._hangups = HangupServer(node.pk, client)
        self._history = HistoryWriter(node.pk)
        self._follower = CallFollower(node.name)
        self._follower.remember(told_calls_of(node).calls)
        self._before: dict[str, LiveEndpoint] | None = None
        self._channels: tuple[LiveChannel, ...] = ()

    def look(self) -> None:
        """Read the node once, and tell Redis of its endpoints, its channels and its calls."""
        state = self._reader.read()
        publish(state, self._before)
        calls = self._follower.follow(calls_of(state.channels, state.taken_at), state.taken_at)
        publish_calls(NodeCalls(self._node.pk, self._node.name, state.taken_at, calls))
        self._history.note(state.endpoints, state.taken_at)
        self._before = {endpoint.name: endpoint for endpoint in state.endpoints}
        self._channels = state.channels

    def serve(self, seconds: float) -> None:
        """Wait until the next look, and end calls for those who ask meanwhile."""
        self._hangups.serve(self._channels, seconds)


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
