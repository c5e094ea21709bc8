"""A node that is the real Asterisk of the test run, and small databases for it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from asterisk_sync.changes import outbox
from asterisk_sync.models import DriftPolicy, Node
from asterisk_sync.pipeline import run as pipeline
from asterisk_sync.throwaway import NOTHING, Program, UnavailableError, find_program, run_trial
from customers.models import Customer, CustomerType, Extension
from deploy.trial.asterisk import AsteriskInstance
from deploy.trial.base_config import write_empty_generation
from tests.asterisk_sync.messages import purge
from tests.asterisk_sync.running import fresh, run
from tests.asterisk_sync.throwaway_sets import BOTH
from tests.factories.customers import CustomerFactory, ExtensionFactory
from tests.plugin import unavailable


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Read reasons in the language of the source."""
    with translation.override("en"):
        yield


def empty_the_node(asterisk: AsteriskInstance) -> None:
    """Give the node an empty generation and nothing else."""
    shutil.rmtree(asterisk.config_dir / "voipadmin")
    write_empty_generation(asterisk.config_dir)
    asterisk.start()
    asterisk.prepare()
    asterisk.cli("module reload res_pjsip.so")
    asterisk.cli("dialplan reload")


def make_node(asterisk: AsteriskInstance, **fields: object) -> Node:
    """Save a node that is `asterisk`."""
    values: dict[str, object] = {
        "name": "lab",
        "ami_host": "127.0.0.1",
        "ami_port": asterisk.ami_port,
        "ami_secret": asterisk.config.ami_secret,
        "config_path": str(asterisk.config_dir),
        "spool_path": str(asterisk.spool_dir / "outgoing"),
        "cdr_path": str(asterisk.cdr_file),
    }
    node: Node = Node.objects.create(**(values | fields))
    return node


@pytest.fixture
def empty_asterisk(asterisk: AsteriskInstance) -> AsteriskInstance:
    """The run's Asterisk without what an earlier test's pipeline brought to it."""
    folders = {path.name for path in (asterisk.config_dir / "voipadmin").iterdir()}
    if folders != {"current", "gen-0"}:
        empty_the_node(asterisk)
    return asterisk


@pytest.fixture
def node(empty_asterisk: AsteriskInstance, transactional_db: None) -> Iterator[Node]:
    """The real Asterisk as a node; it starts empty and is left empty."""
    yield make_node(empty_asterisk)
    empty_the_node(empty_asterisk)


@pytest.fixture
def company(transactional_db: None) -> Customer:
    """A customer with extensions."""
    return CustomerFactory.create(code="ACME", type=CustomerType.EXTENSION)


@pytest.fixture
def current(asterisk: AsteriskInstance) -> Path:
    """The live generation on disk."""
    return asterisk.config_dir / "voipadmin" / "current"


@pytest.fixture(scope="module")
def program() -> Program:
    """The Asterisk that sets are tried with."""
    found = find_program()
    try:
        run_trial({}, NOTHING, BOTH)
    except UnavailableError as error:
        unavailable(str(error))
    assert found is not None
    return found


@pytest.fixture
def empty_queues(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Queues without the messages of other tests, before and after."""
    monkeypatch.setattr(outbox._BrokerPause, "until", 0.0)
    purge()
    yield
    purge()


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which nodes the tasks synchronised in this process, where nothing is written."""
    seen: list[str] = []
    monkeypatch.setattr(pipeline, "synchronise", lambda node_id: seen.append(str(node_id)))
    return seen


@pytest.fixture
def extension(node: Node, company: Customer) -> Extension:
    """An extension that is live."""
    made: Extension = ExtensionFactory.create(customer=company)
    run(node)
    return made


@pytest.fixture
def asking(node: Node, extension: Extension) -> Node:
    """A settled node whose alterations wait for a decision."""
    Node.objects.filter(pk=node.pk).update(on_drift=DriftPolicy.ASK)
    return fresh(node)
