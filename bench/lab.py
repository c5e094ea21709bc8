"""A node of a believable size on throw-away engines, with an Asterisk of its own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import django
from django.core.management import call_command

from bench.calls import Line
from bench.size import CARRIER, CUSTOMERS, NETWORK, NUMBER, SMALL, Size
from deploy.trial.asterisk import AsteriskInstance
from deploy.trial.asterisk_tree import ensure_tree


@dataclass(frozen=True)
class BenchNode:
    """The running Asterisk and the key of its row."""

    asterisk: AsteriskInstance
    node_id: UUID

    def line(self) -> Line:
        """Return the way of a call through the generated dialplan."""
        return Line(self.asterisk, CUSTOMERS, CARRIER, NUMBER)


@contextmanager
def bench_node(size: Size = SMALL) -> Iterator[BenchNode]:
    """Yield an Asterisk whose whole configuration came from the database."""
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    # Models and what stands on them can be imported only now.
    from asterisk_sync.models import RunOutcome  # noqa: PLC0415
    from asterisk_sync.pipeline import synchronise  # noqa: PLC0415
    from asterisk_sync.services import request_sync  # noqa: PLC0415
    from bench.population import make_node, populate  # noqa: PLC0415

    asterisk = AsteriskInstance(ensure_tree(), f"bench-{os.getpid()}", sip_address=f"{NETWORK}.1")
    try:
        asterisk.start()
        node = make_node(asterisk)
        populate(size)
        request_sync(node=node)
        run = synchronise(node.pk)
        if run is None or run.outcome != RunOutcome.APPLIED:
            raise RuntimeError(f"the first synchronisation did not apply: {run and run.reason}")
        yield BenchNode(asterisk, node.pk)
    finally:
        asterisk.remove()
