"""`manage.py ami_worker`: keeps the live state of the nodes in Redis, and runs their conferences."""

import signal
import threading
from collections.abc import Callable
from itertools import product
from types import FrameType
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from asterisk_sync.changes.queries import local_nodes
from asterisk_sync.conferences.worker import ConferenceWorker
from asterisk_sync.live.feed import NODE_EVERY_SECONDS, NodeFeed
from asterisk_sync.models import Node

# Each node has a thread of each kind.
WORKERS: dict[str, Callable[[UUID, threading.Event], NodeFeed | ConferenceWorker]] = {
    "feed": NodeFeed,
    "conferences": ConferenceWorker,
}


class Command(BaseCommand):
    """Follow one node, or every enabled one of this machine; ends on SIGTERM or Ctrl-C."""

    help = "Keep a connection to AMI and tell Redis every second what is live. Reconnects by itself."

    # They would import every page: a third of the time in which nobody answers while the service starts.
    requires_system_checks: list[str] = []

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
        threads: dict[tuple[str, UUID], threading.Thread] = {}
        while not stop.is_set():
            rows = Node.objects.filter(enabled=True, name=name) if name else local_nodes()
            for kind, node_id in product(WORKERS, rows.values_list("pk", flat=True)):
                thread = threads.get((kind, node_id))
                if thread is None or not thread.is_alive():
                    thread = threading.Thread(target=WORKERS[kind](node_id, stop).run, name=f"{kind}-{node_id}")
                    threads[kind, node_id] = thread
                    thread.start()
            stop.wait(NODE_EVERY_SECONDS)
        for thread in threads.values():
            thread.join(5)
