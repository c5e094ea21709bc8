"""What follows a node over connections of its own until it is told to stop: live state, conferences."""

import threading
from abc import ABC, abstractmethod
from uuid import UUID

import structlog
from django.db import close_old_connections, connections

from asterisk_sync.ami.messages import AmiError
from asterisk_sync.models import Node

log = structlog.get_logger(__name__)

RECONNECT_SECONDS = (1.0, 2.0, 5.0, 10.0)


class NodeFollower(ABC):
    """Follows one node, and begins again after a loss, each time a little later.

    A subclass names the events that it logs, and sets `_failures` to 0 when a connection stands.
    """

    lost_event: str
    failed_event: str

    def __init__(self, node_id: UUID, stop: threading.Event) -> None:
        self._node_id = node_id
        self._stop = stop
        self._failures = 0

    def run(self) -> None:
        """Follow the node; return when told to stop, or when the node is gone or disabled."""
        try:
            while not self._stop.is_set() and self._once():
                pass
        finally:
            connections.close_all()

    @abstractmethod
    def _follow(self, node: Node) -> None:
        """Follow the node until it is lost or nothing is left to do."""

    def _once(self) -> bool:
        """Follow the node once; return whether it is still there."""
        try:
            node = self._node()
            if node is None:
                return False
            self._follow(node)
        except AmiError as error:
            self._failed(self.lost_event, error)
        except Exception as error:
            # Redis or PostgreSQL restarting: the next connection finds them again.
            self._failed(self.failed_event, error)
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
