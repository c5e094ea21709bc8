"""The conference worker of one node: a connection to AMI while a conference goes on there, and none while none does."""

import threading
import time
from typing import Any
from uuid import UUID

import structlog
from django.db import close_old_connections, connections
from django.utils import timezone

from asterisk_sync.ami.client import AmiClient
from asterisk_sync.ami.messages import AmiError
from asterisk_sync.ami.session import connected
from asterisk_sync.conferences.controller import Controller, EventNotes
from asterisk_sync.models import ConferenceSession, Node

log = structlog.get_logger(__name__)

LOOK_EVERY_SECONDS = 0.5
ROUND_EVERY_SECONDS = 1.0
# Events come in bursts: a round waits so long for the rest of one.
GATHER_SECONDS = 0.1
# So long a connection stays open: for the next conference, and to put out who dials in while the last one ends.
LINGER_SECONDS = 60.0
RECONNECT_SECONDS = (1.0, 2.0, 5.0, 10.0)


class ConferenceWorker:
    """Runs the conferences of one node until it is told to stop."""

    def __init__(self, node_id: UUID, stop: threading.Event) -> None:
        self._node_id = node_id
        self._stop = stop
        self._failures = 0
        self._news = threading.Event()

    def run(self) -> None:
        """Wait for a session, follow it over a connection, and connect again after a loss; return when told to."""
        try:
            while not self._stop.is_set() and self._once():
                pass
        finally:
            connections.close_all()

    def _once(self) -> bool:
        """Follow the sessions that go on; return whether the node is there to be worked for."""
        try:
            close_old_connections()
            node = Node.objects.filter(pk=self._node_id, enabled=True).first()
            if node is None:
                return False
            if not ConferenceSession.objects.current().filter(node=node).exists():
                self._stop.wait(LOOK_EVERY_SECONDS)
                return True
            self._follow(node)
        except AmiError as error:
            self._failed("conference_ami_lost", error)
        except Exception as error:
            # PostgreSQL restarting: the next round finds it again.
            self._failed("conference_worker_failed", error)
        return True

    def _failed(self, event: str, error: Exception) -> None:
        pause = RECONNECT_SECONDS[min(self._failures, len(RECONNECT_SECONDS) - 1)]
        self._failures += 1
        log.warning(event, node=str(self._node_id), error=str(error), pause=pause)
        self._stop.wait(pause)

    def _follow(self, node: Node) -> None:
        with connected(node, username=node.originate_username, secret=node.originate_secret) as client:
            self._failures = 0
            controller = Controller(node, client, self._listen(client))
            until = time.monotonic() + LINGER_SECONDS
            while not self._stop.is_set() and time.monotonic() < until:
                close_old_connections()
                if controller.round(timezone.now()):
                    until = time.monotonic() + LINGER_SECONDS
                if self._news.wait(ROUND_EVERY_SECONDS if self._has_sessions(node) else LOOK_EVERY_SECONDS):
                    self._stop.wait(GATHER_SECONDS)
                    self._news.clear()

    def _has_sessions(self, node: Node) -> bool:
        return bool(ConferenceSession.objects.current().filter(node=node).exists())

    def _listen(self, client: AmiClient) -> EventNotes:
        """Note what events tell of calls, and have each bring the next round forward."""
        notes = EventNotes()

        def note(event: Any, _manager: Any) -> None:
            uniqueid, cause = str(event.headers.get("Uniqueid", "")), str(event.headers.get("Cause", ""))
            if event.name == "Hangup" and cause.isdecimal():
                notes.causes[uniqueid] = int(cause)
            elif event.name == "ConfbridgeJoin":
                notes.joined.add(uniqueid)
            self._news.set()

        for name in ("Hangup", "ConfbridgeJoin", "ConfbridgeLeave", "ConfbridgeTalking", "OriginateResponse"):
            client.register_event(name, note)
        return notes
