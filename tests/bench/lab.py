"""A node of a believable size on throw-away engines, with an Asterisk of its own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

import django
from django.core.management import call_command

from deploy.trial.asterisk import AsteriskInstance
from deploy.trial.asterisk_tree import ensure_tree
from deploy.trial.ports import free_tcp_port
from tests.bench.calls import Line
from tests.bench.size import CARRIER, CUSTOMERS, NETWORK, NUMBER, SMALL, Size


@dataclass(frozen=True)
class BenchNode:
    """The running Asterisk and the key of its row."""

    asterisk: AsteriskInstance
    node_id: UUID

    def line(self) -> Line:
        """Return the way of a call through the generated dialplan."""
        return Line(self.asterisk, CUSTOMERS, CARRIER, NUMBER)

    def synchronise(self) -> dict[str, int]:
        """Bring over what waits, in this process; return the milliseconds of each step."""
        from asterisk_sync.models import RunOutcome  # noqa: PLC0415 - only now Django is set up
        from asterisk_sync.pipeline.run import synchronise  # noqa: PLC0415 - see above

        run = synchronise(self.node_id)
        if run is None or run.outcome not in {RunOutcome.APPLIED, RunOutcome.UNCHANGED}:
            raise RuntimeError(f"the synchronisation did not apply: {run and run.reason}")
        timings: dict[str, int] = run.timings
        return timings


@contextmanager
def populated_node(size: Size = SMALL) -> Iterator[BenchNode]:
    """Yield an Asterisk without objects, and a database that has many for it."""
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    # Models and what stands on them can be imported only now.
    from asterisk_sync.changes.services import request_sync  # noqa: PLC0415
    from tests.bench.population import make_node, populate  # noqa: PLC0415

    asterisk = AsteriskInstance(ensure_tree(), f"bench-{os.getpid()}", sip_address=f"{NETWORK}.1")
    try:
        asterisk.start()
        node = make_node(asterisk)
        populate(size)
        request_sync(node=node)
        yield BenchNode(asterisk, node.pk)
    finally:
        asterisk.remove()


@contextmanager
def bench_node(size: Size = SMALL) -> Iterator[BenchNode]:
    """Yield an Asterisk whose whole configuration came from the database."""
    with populated_node(size) as bench:
        bench.synchronise()
        yield bench


@contextmanager
def calling_node(size: Size = SMALL) -> Iterator[BenchNode]:
    """Yield a node whose calls go out as in production: each is asked about, at an own authorizer, and is priced."""
    with populated_node(size) as bench:
        # Models and what stands on them can be imported only now.
        from django.conf import settings  # noqa: PLC0415

        from billing.models import Account, Tariff  # noqa: PLC0415
        from customers.models import Customer  # noqa: PLC0415
        from tests.calls.authorized import authorizer  # noqa: PLC0415

        settings.AUTHORIZER_ADDRESS = f"127.0.0.1:{free_tcp_port('127.0.0.1')}"
        Tariff.objects.create(name="Brazil", pattern="55", price_per_minute=Decimal("0.10"))
        # Customers were written past the signals that open their accounts.
        Account.objects.bulk_create(Account(customer=customer) for customer in Customer.objects.all())
        bench.synchronise()
        with authorizer(AUTHORIZER_ADDRESS=settings.AUTHORIZER_ADDRESS):
            yield bench
