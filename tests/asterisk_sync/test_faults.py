"""Refused sets, dropped objects, outages: each leaves a node that runs a whole set, and says why."""

import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest
from django.conf import LazySettings
from django.db import connection
from django.utils import timezone

from asterisk_sync.ami.messages import AmiUnreachableError
from asterisk_sync.changes.queries import due_node, recent_runs, sync_state_of
from asterisk_sync.models import Node, RunOutcome, SyncRun, SyncState
from asterisk_sync.pipeline import run as pipeline
from asterisk_sync.rendering import render_files
from customers.models import Customer, Extension
from deploy.trial.asterisk import AsteriskInstance
from tests.asterisk_sync.running import Render, change_file, endpoints, fresh, live, run, run_again
from tests.factories.customers import ExtensionFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def untried(settings: LazySettings) -> None:
    """Write a set that no throwaway Asterisk has loaded before, as where there is none."""
    settings.THROWAWAY_ASTERISK = "off"


def spoil(extension: Extension) -> Callable[[str], str]:
    """Give an endpoint a value that Asterisk does not take."""
    header = f"[{extension.sip_username}]\ntype=endpoint\n"
    return lambda body: body.replace(header, f"{header}dtmf_mode=carrier-pigeon\n")


def test_a_refused_set_leaves_the_node_untouched_and_says_why(
    node: Node, company: Customer, current: Path, asterisk: AsteriskInstance
) -> None:
    first = ExtensionFactory.create(customer=company)
    run(node)
    target, listing = live(current), sorted(path.name for path in current.parent.iterdir())
    double = ExtensionFactory.create(customer=company)
    duplicate = f"\n[{first.sip_username}]\ntype=aor\n"
    with change_file("pjsip_gateways.conf", lambda body: body + duplicate):
        last = run(node)
    assert last.outcome == RunOutcome.REFUSED
    assert first.sip_username in last.reason
    assert fresh(node).state == SyncState.REFUSED
    assert fresh(node).reason == last.reason
    assert live(current) == target
    assert sorted(path.name for path in current.parent.iterdir()) == listing
    assert double.sip_username not in endpoints(asterisk)
    state = sync_state_of(double)
    assert state is not None
    assert state.state == SyncState.REFUSED
    assert first.sip_username in str(state.reason)


def test_a_refused_set_is_tried_again_with_the_next_change(node: Node, company: Customer) -> None:
    with change_file("extensions_dids.conf", lambda body: body + "\n[broken\n"):
        assert run(node).outcome == RunOutcome.REFUSED
    assert due_node(node.pk) is None
    ExtensionFactory.create(customer=company)
    assert run(node).outcome == RunOutcome.APPLIED


@pytest.mark.usefixtures("untried")
def test_an_object_that_asterisk_drops_sets_the_last_good_back(
    node: Node, company: Customer, current: Path, asterisk: AsteriskInstance
) -> None:
    good = ExtensionFactory.create(customer=company)
    run(node)
    target = live(current)
    times = {path.name: path.stat().st_mtime_ns for path in current.glob("*.conf")}
    bad = ExtensionFactory.create(customer=company)
    with change_file("pjsip_extensions.conf", spoil(bad)):
        last = run(node)
    assert last.outcome == RunOutcome.ROLLED_BACK
    assert bad.sip_username in last.reason
    assert fresh(node).state == SyncState.REFUSED
    assert bad.sip_username in fresh(node).reason
    assert live(current) == target
    assert all(path.stat().st_mtime_ns > times[path.name] for path in current.glob("*.conf"))
    assert good.sip_username in endpoints(asterisk)
    assert [path.name for path in current.parent.glob("gen-*") if path.name not in {target, "gen-0"}] == []


@pytest.mark.usefixtures("untried")
def test_an_object_that_keeps_its_old_values_is_found_out(
    node: Node, company: Customer, asterisk: AsteriskInstance
) -> None:
    extension = ExtensionFactory.create(customer=company, codecs="alaw")
    run(node)
    extension.codecs = "ulaw"
    extension.save()
    with change_file("pjsip_extensions.conf", spoil(extension)):
        last = run(node)
    assert last.outcome == RunOutcome.ROLLED_BACK
    assert extension.sip_username in last.reason
    assert "(alaw)" in asterisk.cli(f"pjsip show endpoint {extension.sip_username}")
    assert run_again(node).outcome == RunOutcome.APPLIED
    assert "(ulaw)" in asterisk.cli(f"pjsip show endpoint {extension.sip_username}")


@pytest.mark.usefixtures("untried")
def test_the_first_set_that_asterisk_refuses_leaves_the_empty_one(node: Node, company: Customer, current: Path) -> None:
    bad = ExtensionFactory.create(customer=company)
    with change_file("pjsip_extensions.conf", spoil(bad)):
        assert run(node).outcome == RunOutcome.ROLLED_BACK
    assert live(current) == "gen-0"


def test_a_fault_of_a_template_is_refused_with_its_words(node: Node, current: Path) -> None:
    def fail(*_args: object) -> dict[str, str]:
        raise ValueError("a value of kind name was refused")

    with mock.patch("asterisk_sync.pipeline.candidate.render_files", fail):
        last = run(node)
    assert last.outcome == RunOutcome.REFUSED
    assert "a value of kind name was refused" in fresh(node).reason
    assert live(current) == "gen-0"


def test_an_asterisk_that_is_down_is_unreachable_and_catches_up(
    node: Node, company: Customer, current: Path, asterisk: AsteriskInstance
) -> None:
    run(node)
    target = live(current)
    asterisk.kill()
    extension = ExtensionFactory.create(customer=company)
    last = run(node)
    assert last.outcome == RunOutcome.UNREACHABLE
    down = fresh(node)
    assert down.state == SyncState.UNREACHABLE
    assert down.reason
    assert down.retry_at is not None
    assert down.retry_at > timezone.now()
    assert live(current) == target
    assert due_node(node.pk) is None
    ExtensionFactory.create(customer=company)
    Node.objects.filter(pk=node.pk).update(retry_at=timezone.now())
    assert run(node).outcome == RunOutcome.UNREACHABLE
    second = fresh(node)
    assert second.retry_at is not None
    assert second.retry_at > down.retry_at
    assert last.timings["attempts"] == 1
    assert recent_runs(node)[0].timings["attempts"] == 2
    assert [item.outcome for item in recent_runs(node)] == [RunOutcome.UNREACHABLE, RunOutcome.APPLIED]
    asterisk.start()
    Node.objects.filter(pk=node.pk).update(retry_at=timezone.now())
    assert run(node).outcome == RunOutcome.APPLIED
    assert extension.sip_username in endpoints(asterisk)
    assert fresh(node).state == SyncState.APPLIED


def test_a_disk_that_cannot_be_written_keeps_the_node_and_tries_again(
    node: Node, company: Customer, current: Path
) -> None:
    run(node)
    target = live(current)
    ExtensionFactory.create(customer=company)
    full = OSError(28, "No space left on device")
    with mock.patch("asterisk_sync.generations.folder._write_file", side_effect=full):
        last = run(node)
    assert last.outcome == RunOutcome.FAILED
    assert "No space left" in fresh(node).reason
    assert live(current) == target
    assert not list(current.parent.glob(".gen-*"))
    Node.objects.filter(pk=node.pk).update(retry_at=timezone.now())
    assert run(node).outcome == RunOutcome.APPLIED


def test_two_workers_at_once_are_one_writer(node: Node, company: Customer, asterisk: AsteriskInstance) -> None:
    extension = ExtensionFactory.create(customer=company)
    inside, most = [], []
    original: Render = render_files

    def render(*args: object) -> dict[str, str]:
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.2)
        inside.pop()
        return original(*args)

    def work() -> None:
        pipeline.synchronise(node.pk)
        connection.close()

    with mock.patch("asterisk_sync.pipeline.candidate.render_files", render):
        workers = [threading.Thread(target=work) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert max(most) == 1
    assert extension.sip_username in endpoints(asterisk)
    assert not SyncRun.objects.exclude(outcome__in=[RunOutcome.APPLIED, RunOutcome.UNCHANGED]).exists()


def test_a_lost_lock_stops_the_writer(node: Node, company: Customer, current: Path) -> None:
    original: Render = render_files

    def render(*args: object) -> dict[str, str]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted "
                "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        return original(*args)

    with mock.patch("asterisk_sync.pipeline.candidate.render_files", render):
        last = pipeline.synchronise(node.pk)
    assert last is not None
    assert last.outcome == RunOutcome.FAILED
    assert live(current) == "gen-0"


def test_a_hung_asterisk_is_unreachable_and_catches_up(
    node: Node, company: Customer, current: Path, asterisk: AsteriskInstance
) -> None:
    run(node)
    target = live(current)
    extension = ExtensionFactory.create(customer=company)
    assert asterisk.child is not None
    asterisk.child.popen.send_signal(signal.SIGSTOP)
    try:
        last = run(node)
    finally:
        asterisk.child.popen.send_signal(signal.SIGCONT)
    assert last.outcome == RunOutcome.UNREACHABLE
    assert live(current) == target
    Node.objects.filter(pk=node.pk).update(retry_at=timezone.now())
    assert run(node).outcome == RunOutcome.APPLIED
    assert extension.sip_username in endpoints(asterisk)


def test_a_connection_cut_in_the_reload_leaves_the_accepted_set_on_disk_and_is_tried_again(
    node: Node, company: Customer, current: Path, asterisk: AsteriskInstance
) -> None:
    run(node)
    target = live(current)
    extension = ExtensionFactory.create(customer=company)
    with mock.patch("asterisk_sync.reload.reloader.wait_until_live", side_effect=AmiUnreachableError("cut")):
        assert run(node).outcome == RunOutcome.UNREACHABLE
    assert live(current) == target
    extension.delete()
    Node.objects.filter(pk=node.pk).update(retry_at=timezone.now())
    assert run(node).outcome == RunOutcome.APPLIED
    assert extension.sip_username not in endpoints(asterisk)
