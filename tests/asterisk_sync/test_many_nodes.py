"""Three real Asterisks, a real worker beside each, and one more for the rest: each runs its own, whoever is away.

The worker of each node listens to that node's queue alone; the fourth one sweeps.
"""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from asterisk_sync.changes.outbox import PROTOCOL
from asterisk_sync.changes.placement import place_object
from asterisk_sync.models import Node, SyncState
from customers.models import Customer, Extension
from deploy.trial.asterisk import AsteriskInstance
from deploy.trial.asterisk_tree import AsteriskTree
from deploy.trial.process import Child
from numbering.models import DIDAllocation
from routing.models import Gateway
from tests.asterisk_sync.conftest import make_node
from tests.asterisk_sync.processes import celery_worker
from tests.factories.customers import ExtensionFactory, TrunkAddressFactory
from tests.factories.numbering import DIDAllocationFactory
from tests.factories.routing import GatewayFactory, RouteFactory
from tests.lab.network import LabNetwork
from voipadmin.version import VERSION

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.asterisk,
    pytest.mark.xdist_group("many nodes"),
]

NAMES = ("a", "b", "c")
ENDPOINT = re.compile(r"^ Endpoint:  ([\w.-]+)", re.MULTILINE)
# The account of node c's worker in PostgreSQL: shut out, the database is away for that node alone.
ACCOUNT_OF_C = "worker_of_c"
PATIENCE_SECONDS = 60


@dataclass
class Installation:
    """The Asterisks by name, their rows, and the workers that can be killed and started again."""

    asterisks: dict[str, AsteriskInstance]
    folder: Path
    nodes: dict[str, Node] = field(default_factory=dict)
    workers: dict[str, Child] = field(default_factory=dict)
    stack: ExitStack = field(default_factory=ExitStack)

    def start_worker(self, name: str) -> None:
        account = ACCOUNT_OF_C if name == "c" else ""
        log = self.folder / f"{name}-{time.monotonic_ns()}"
        worker = celery_worker(log, queues=f"node.{name}", name=name, concurrency=1, account=account)
        self.workers[name] = self.stack.enter_context(worker)

    def start_sweeper(self) -> None:
        self.stack.enter_context(celery_worker(self.folder / "general", queues="celery", beat=True, name="general"))

    def dismiss(self) -> None:
        """Tell all workers to end before each is waited for."""
        for child in self.workers.values():
            child.popen.terminate()

    def endpoints(self, name: str) -> set[str]:
        """Return what `asterisk -rx` shows on a node."""
        return set(ENDPOINT.findall(self.asterisks[name].cli("pjsip show endpoints")))

    def in_dialplan(self, text: str) -> list[str]:
        """Return the names of the nodes whose dialplan, as `asterisk -rx` shows it, has a text."""
        return [name for name in NAMES if text in self.asterisks[name].cli("dialplan show")]

    def settled(self, *names: str) -> bool:
        rows = Node.objects.filter(name__in=names)
        return all(row.state == SyncState.APPLIED and row.applied_generation == row.desired_generation for row in rows)

    def place(self, item: Customer | Gateway, names: str) -> None:
        place_object(instance=item, nodes=[self.nodes[name] for name in names])


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not done():
        rows = Node.objects.values_list("name", "state", "reason", "desired_generation", "applied_generation")
        assert time.monotonic() < deadline, f"it did not happen in time: {list(rows)}"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def processes(
    asterisk_tree: AsteriskTree,
    lab_network: LabNetwork,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Installation]:
    """Start all of it once: no worker knows more of a node than its name."""
    base = tmp_path_factory.mktemp("asterisks") if asterisk_tree.is_system else None
    asterisks = {
        name: AsteriskInstance(
            asterisk_tree, f"test-{os.getpid()}-{name}", sip_address=lab_network.host(11 + place), base=base
        )
        for place, name in enumerate(NAMES)
    }
    folder = tmp_path_factory.mktemp("workers")
    installation = Installation(asterisks, folder)
    with django_db_blocker.unblock(), installation.stack as stack:
        stack.enter_context(account_of_c())
        with ThreadPoolExecutor() as pool:
            started = [pool.submit(installation.start_worker, name) for name in NAMES]
            started.append(pool.submit(installation.start_sweeper))
            for instance in asterisks.values():
                # Not in a thread: an Asterisk ends with the one that started it.
                stack.callback(instance.remove)
                instance.start()
            for worker in started:
                worker.result()
        stack.callback(installation.dismiss)
        yield installation


@contextmanager
def account_of_c() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP ROLE IF EXISTS {ACCOUNT_OF_C}")
        cursor.execute(f"CREATE ROLE {ACCOUNT_OF_C} SUPERUSER LOGIN PASSWORD '{ACCOUNT_OF_C}'")
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"DROP ROLE {ACCOUNT_OF_C}")


@pytest.fixture
def installation(processes: Installation, transactional_db: None) -> Iterator[Installation]:
    """The three nodes, empty and settled."""
    for name, asterisk in processes.asterisks.items():
        processes.nodes[name] = make_node(asterisk, name=name)
    until(lambda: processes.settled(*NAMES))
    yield processes
    # Nothing is written any more; what is there is what a node with a new database begins with.
    Node.objects.update(enabled=False)


@dataclass(frozen=True)
class Objects:
    """A customer on a, one on a and b, a gateway everywhere and one on b, and a number of the first customer."""

    mover: Extension
    pair: str
    carrier: Gateway
    own: Gateway
    number: DIDAllocation


@pytest.fixture
def objects(installation: Installation) -> Objects:
    carrier, own = GatewayFactory.create(name="everywhere"), GatewayFactory.create(name="only-b")
    installation.place(own, "b")
    mover = ExtensionFactory.create()
    installation.place(mover.customer, "a")
    pair = TrunkAddressFactory.create().customer
    installation.place(pair, "ab")
    RouteFactory.create(name="All", pattern="_0ZZXXXXXXXX", gateways=[own, carrier])
    number = DIDAllocationFactory.create(
        customer=mover.customer, destination_type="extension", extension=mover, did__gateway=None
    )
    until(lambda: installation.settled(*NAMES))
    return Objects(mover, f"trunk.{pair.code}", carrier, own, number)


def test_each_node_runs_exactly_what_lives_on_it(installation: Installation, objects: Objects) -> None:
    expected = {
        "a": {objects.mover.sip_username, objects.pair, "everywhere"},
        "b": {objects.pair, "everywhere", "only-b"},
        "c": {"everywhere"},
    }
    assert {name: installation.endpoints(name) for name in NAMES} == expected
    assert installation.in_dialplan(f"'{objects.number.did.number}'") == ["a"]
    assert installation.in_dialplan("va-gateway-only-b") == ["b"]
    assert installation.in_dialplan("va-gateway-everywhere") == ["a", "b", "c"]
    heard = Node.objects.values_list("worker_version", "worker_protocol")
    assert set(heard) == {(VERSION, PROTOCOL)}


def test_a_customer_that_moves_leaves_one_node_and_arrives_at_the_other(
    installation: Installation, objects: Objects
) -> None:
    untouched = Node.objects.get(name="b").desired_generation
    installation.place(objects.mover.customer, "c")
    until(lambda: installation.settled(*NAMES))
    assert objects.mover.sip_username not in installation.endpoints("a")
    assert objects.mover.sip_username in installation.endpoints("c")
    assert installation.in_dialplan(f"'{objects.number.did.number}'") == ["c"]
    assert Node.objects.get(name="b").desired_generation == untouched
    installation.place(objects.mover.customer, "")
    until(lambda: installation.settled(*NAMES))
    assert all(objects.mover.sip_username in installation.endpoints(name) for name in NAMES)


def test_a_node_whose_worker_and_asterisk_were_dead_catches_up_by_itself(
    installation: Installation, objects: Objects
) -> None:
    installation.workers["b"].kill()
    installation.asterisks["b"].kill()
    extension = ExtensionFactory.create()
    installation.place(objects.own, "c")
    until(lambda: installation.settled("a", "c"))
    assert extension.sip_username in installation.endpoints("a")
    assert "only-b" in installation.endpoints("c")
    assert not installation.settled("b")
    installation.start_worker("b")
    until(lambda: Node.objects.get(name="b").state == SyncState.UNREACHABLE)
    installation.asterisks["b"].start()
    until(lambda: installation.settled("b"))
    assert installation.endpoints("b") == {extension.sip_username, objects.pair, "everywhere"}


def test_a_node_from_which_the_database_was_away_catches_up_by_itself(
    installation: Installation, objects: Objects
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER ROLE {ACCOUNT_OF_C} NOLOGIN")
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [ACCOUNT_OF_C])
    extension = ExtensionFactory.create()
    until(lambda: installation.settled("a", "b"))
    assert not installation.settled("c")
    assert extension.sip_username not in installation.endpoints("c")
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER ROLE {ACCOUNT_OF_C} LOGIN")
    until(lambda: installation.settled("c"))
    assert extension.sip_username in installation.endpoints("c")


def test_a_node_that_hangs_delays_no_other(installation: Installation, objects: Objects) -> None:
    child = installation.asterisks["b"].child
    assert child is not None
    os.killpg(child.popen.pid, signal.SIGSTOP)
    try:
        for _ in range(3):
            extension = ExtensionFactory.create()
            until(lambda: installation.settled("a", "c"))
            # Nobody waited for b: it still has nothing of this change when the others have all of it.
            assert not installation.settled("b")
            assert extension.sip_username in installation.endpoints("a") & installation.endpoints("c")
    finally:
        os.killpg(child.popen.pid, signal.SIGCONT)
    until(lambda: installation.settled(*NAMES))
    assert extension.sip_username in installation.endpoints("b")
