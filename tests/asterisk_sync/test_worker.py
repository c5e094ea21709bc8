"""The whole way through real processes: a model saved here, a Celery worker there, Asterisk has it."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from asterisk_sync.changes import outbox
from asterisk_sync.models import Node, RunOutcome, SyncRun, SyncState
from asterisk_sync.pipeline import run
from asterisk_sync.rendering.files import FILE_NAMES
from customers.models import Customer
from deploy.trial.asterisk import AsteriskInstance
from tests.asterisk_sync.processes import celery_worker, run_script
from tests.factories.customers import ExtensionFactory
from tests.factories.routing import GatewayFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def wait_until(done: Callable[[], bool], seconds: float) -> float:
    started = time.monotonic()
    while not done():
        assert time.monotonic() - started < seconds, "it did not happen in time"
        time.sleep(0.05)
    return time.monotonic() - started


def is_applied(node: Node) -> bool:
    now: Node = Node.objects.get(pk=node.pk)
    return now.state == SyncState.APPLIED and now.applied_generation == now.desired_generation


def test_a_saved_model_is_live_moments_later(
    node: Node, company: Customer, asterisk: AsteriskInstance, tmp_path: Path
) -> None:
    with celery_worker(tmp_path):
        wait_until(lambda: is_applied(node), 60)
        extension = ExtensionFactory.create(customer=company)
        wait_until(lambda: extension.sip_username in asterisk.cli("pjsip show endpoints"), 30)
        wait_until(lambda: is_applied(node), 30)
        extension.delete()
        wait_until(lambda: extension.sip_username not in asterisk.cli("pjsip show endpoints"), 30)


def test_a_lost_wake_is_found_by_the_sweeper(
    node: Node, company: Customer, asterisk: AsteriskInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with celery_worker(tmp_path, beat=True):
        wait_until(lambda: is_applied(node), 60)
        monkeypatch.setattr(outbox._BrokerPause, "until", time.monotonic() + 3600)
        gateway = GatewayFactory.create()
        wait_until(lambda: gateway.name in asterisk.cli("pjsip show endpoints"), 30)


def test_a_node_that_was_down_catches_up_by_itself(
    node: Node, company: Customer, asterisk: AsteriskInstance, tmp_path: Path
) -> None:
    asterisk.kill()
    with celery_worker(tmp_path, beat=True):
        extension = ExtensionFactory.create(customer=company)
        wait_until(lambda: Node.objects.get(pk=node.pk).state == SyncState.UNREACHABLE, 60)
        asterisk.start()
        wait_until(lambda: extension.sip_username in asterisk.cli("pjsip show endpoints"), 60)
        wait_until(lambda: is_applied(node), 30)


# Where the process is killed: a function of the pipeline, before or after it did its work.
STEPS = [
    ("asterisk_sync.pipeline.candidate.render_files", "before"),
    ("asterisk_sync.generations.folder._write_file", "after"),
    ("asterisk_sync.generations.folder.NodeFolder.switch", "before"),
    ("asterisk_sync.generations.folder.NodeFolder.switch", "after"),
    ("asterisk_sync.reload.reloader.reload_module", "after"),
    ("asterisk_sync.reload.reloader.wait_until_live", "after"),
    ("asterisk_sync.pipeline.history._record_generation", "after"),
]

KILLED = """
import os, signal
from unittest import mock
from uuid import UUID
from django.utils.module_loading import import_string
from asterisk_sync.pipeline import run

owner, _, name = "{target}".rpartition(".")
try:
    holder = import_string(owner)
except ImportError:
    from importlib import import_module
    holder = import_module(owner)
original = getattr(holder, name)

def killed(*args, **kwargs):
    if "{moment}" == "after":
        original(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)

with mock.patch.object(holder, name, killed):
    run.synchronise(UUID("{node}"))
"""


@pytest.mark.parametrize(("target", "moment"), STEPS)
def test_a_worker_killed_in_the_middle_leaves_a_whole_set_and_the_next_one_converges(
    target: str, moment: str, node: Node, company: Customer, asterisk: AsteriskInstance, current: Path
) -> None:
    first = ExtensionFactory.create(customer=company)
    run.synchronise(node.pk)
    second = ExtensionFactory.create(customer=company)
    first.delete()
    killed = run_script(KILLED.format(target=target, moment=moment, node=node.pk))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert {path.name for path in current.iterdir() if path.suffix == ".conf"} == set(FILE_NAMES)
    last = run.synchronise(node.pk)
    assert last is not None
    assert last.outcome == RunOutcome.APPLIED
    shown = asterisk.cli("pjsip show endpoints")
    assert second.sip_username in shown
    assert first.sip_username not in shown
    assert is_applied(node)
    assert not SyncRun.objects.filter(outcome=RunOutcome.RUNNING).exists()
    assert not [path for path in current.parent.iterdir() if path.name.startswith(".")]
