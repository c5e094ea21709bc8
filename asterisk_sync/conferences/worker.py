"""The conference worker of one node: a connection to AMI while a conference goes on there, and none while none does."""

import threading
import time
from typing import Any
from uuid import UUID

from django.db import close_old_connections
from django.utils import timezone

from asterisk_sync.ami.client import AmiClient
from asterisk_sync.ami.follower import NodeFollower
from asterisk_sync.ami.session import connected
from asterisk_sync.conferences.controller import Controller, EventNotes
from asterisk_sync.models import ConferenceSession, Node

LOOK_EVERY_SECONDS = 0.5
ROUND_EVERY_SECONDS = 1.0
# Events come in bursts: a round waits so long for the rest of one.
GATHER_SECONDS = 0.1
# So long a connection stays open: for the next conference, and to put out who dials in while the last one ends.
LINGER_SECONDS = 60.0


class ConferenceWorker(NodeFollower):
    """Runs the conferences of one node until it is told to stop."""

    lost_event, failed_event = "conference_ami_lost", "conference_worker_failed"

    def __init__(self, node_id: UUID, stop: threading.Event) -> None:
        super().__init__(node_id, stop)
        self._news = threading.Event()

    def _follow(self, node: Node) -> None:
        if not self._has_sessions(node):
            self._stop.wait(LOOK_EVERY_SECONDS)
            return
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
