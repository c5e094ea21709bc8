"""`manage.py ami_worker`: keeps the live state of the nodes in Redis."""

import signal
import threading
from types import FrameType
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from asterisk_sync.changes.queries import local_nodes
from asterisk_sync.live.feed import NODE_EVERY_SECONDS, NodeFeed
from asterisk_sync.models import Node


class Command(BaseCommand):
    """Follow one node, or every enabled one of this machine; ends on SIGTERM or Ctrl-C."""

    help = "Keep a connection to AMI and tell Redis every second what is live. Reconnects by itself."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--node", help="name of one node (default: every enabled node here, one thread each)")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Follow until told to stop."""
        stop = threading.Event()

        def end(_signal: int, _frame: FrameType | None) -> None:
            stop.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, end)
        name = options["node"]
        if name and not Node.objects.filter(name=name).exists():
            raise CommandError(f"there is no node named {name}")
        feeds: dict[UUID, threading.Thread] = {}
        while not stop.is_set():
            rows = Node.objects.filter(enabled=True, name=name) if name else local_nodes()
            for node_id in rows.values_list("pk", flat=True):
                if node_id not in feeds or not feeds[node_id].is_alive():
                    feeds[node_id] = threading.Thread(target=NodeFeed(node_id, stop).run, name=f"feed-{node_id}")
                    feeds[node_id].start()
            stop.wait(NODE_EVERY_SECONDS)
        for feed in feeds.values():
            feed.join(5)
