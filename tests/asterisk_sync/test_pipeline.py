"""Save, and Asterisk has it: the pipeline in this process against the real Asterisk."""

import threading
import time
from pathlib import Path
from unittest import mock

import pytest
from django.db import connection

from asterisk_sync import drift
from asterisk_sync.changes.queries import recent_runs, sync_state_of
from asterisk_sync.generations.expected import module_of
from asterisk_sync.models import Node, RunOutcome, SyncRun, SyncState
from asterisk_sync.pipeline import run as pipeline
from asterisk_sync.reload.reloader import reload_module
from asterisk_sync.rendering import files as envelope
from asterisk_sync.rendering import render_files
from customers.models import Customer, Extension
from deploy.trial.asterisk import AsteriskInstance
from tests.asterisk_sync.running import Render, endpoints, fresh, live, run
from tests.factories.customers import ExtensionFactory, TrunkAddressFactory
from tests.factories.numbering import DIDAllocationFactory
from tests.factories.routing import GatewayFactory, RouteFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_saved_extension_is_live(node: Node, company: Customer, asterisk: AsteriskInstance) -> None:
    extension = ExtensionFactory.create(customer=company)
    last = run(node)
    assert (last.outcome, last.reason) == (RunOutcome.APPLIED, "")
    assert extension.sip_username in endpoints(asterisk)
    assert fresh(node).state == SyncState.APPLIED
    assert fresh(node).applied_generation == fresh(node).desired_generation
    assert set(last.timings) >= {"snapshot", "render", "validate", "connect", "write", "reload", "verify", "total"}
    state = sync_state_of(extension)
    assert state is not None
    assert state.state == SyncState.APPLIED


def test_everything_of_a_small_operator_is_live(node: Node, company: Customer, asterisk: AsteriskInstance) -> None:
    ExtensionFactory.create_batch(3, customer=company)
    gateways = GatewayFactory.create_batch(2)
    RouteFactory.create(gateways=gateways, pattern="_0ZZXXXXXXXX")
    trunk = TrunkAddressFactory.create().customer
    number = DIDAllocationFactory.create(customer=trunk).did
    last = run(node)
    assert last.outcome == RunOutcome.APPLIED, last.reason
    shown = endpoints(asterisk)
    assert all(gateway.name in shown for gateway in gateways)
    assert f"trunk.{trunk.code}" in shown
    assert f"'{number.number}'" in asterisk.cli("dialplan show")


def test_a_deleted_object_is_gone(node: Node, company: Customer, asterisk: AsteriskInstance) -> None:
    extension = ExtensionFactory.create(customer=company)
    run(node)
    name = extension.sip_username
    extension.delete()
    assert run(node).outcome == RunOutcome.APPLIED
    assert name not in endpoints(asterisk)


def test_files_on_disk_are_private_whole_and_named_by_one_link(node: Node, company: Customer, current: Path) -> None:
    run(node)
    folder = current.parent
    target = live(current)
    assert target == f"gen-{fresh(node).applied_generation}"
    assert {path.name for path in current.iterdir()} == {*envelope.FILE_NAMES, "manifest.json"}
    assert {path.stat().st_mode & 0o777 for path in current.iterdir()} == {0o640}
    assert (folder / target).stat().st_mode & 0o777 == 0o750
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_only_what_changed_is_reloaded_and_an_unchanged_file_keeps_its_time(
    node: Node, company: Customer, current: Path
) -> None:
    run(node)
    before = {path.name: path.stat().st_mtime_ns for path in current.glob("*.conf")}
    ExtensionFactory.create(customer=company, secret="0123456789abcdef")
    with mock.patch("asterisk_sync.reload.reloader.reload_module", wraps=reload_module) as reload:
        last = run(node)
    assert last.outcome == RunOutcome.APPLIED
    after = {path.name: path.stat().st_mtime_ns for path in current.glob("*.conf")}
    changed = {name for name in after if after[name] != before[name]}
    assert "pjsip_extensions.conf" in changed
    assert "pjsip_gateways.conf" not in changed
    modules = {call.args[1] for call in reload.call_args_list}
    assert modules == {module_of(name) for name in changed}


def test_a_save_that_changes_no_file_reloads_nothing(node: Node, company: Customer, current: Path) -> None:
    run(node)
    target = live(current)
    company.status = "suspended"
    company.save()
    company.status = "active"
    company.save()
    last = run(node)
    assert last.outcome == RunOutcome.UNCHANGED
    assert live(current) == target
    assert fresh(node).state == SyncState.APPLIED
    assert fresh(node).applied_generation == fresh(node).desired_generation


def test_a_change_during_a_run_stays_pending_and_is_applied_at_once(
    node: Node, company: Customer, asterisk: AsteriskInstance
) -> None:
    original: Render = render_files
    late: list[Extension] = []

    def render(*args: object) -> dict[str, str]:
        files = original(*args)
        if not late:
            late.append(ExtensionFactory.create(customer=company))
        return files

    with mock.patch("asterisk_sync.pipeline.candidate.render_files", render):
        pipeline.synchronise(node.pk)
    assert late[0].sip_username in endpoints(asterisk)
    assert [item.outcome for item in recent_runs(node)] == [RunOutcome.APPLIED, RunOutcome.APPLIED]
    assert fresh(node).state == SyncState.APPLIED


@pytest.mark.slow
def test_a_burst_of_saves_is_a_handful_of_reloads(node: Node, company: Customer, asterisk: AsteriskInstance) -> None:
    run(node)
    before = SyncRun.objects.count()
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            pipeline.synchronise(node.pk)
            time.sleep(0.01)
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    extensions = [ExtensionFactory.create(customer=company) for _ in range(150)]
    deadline = time.monotonic() + 20
    while fresh(node).applied_generation < fresh(node).desired_generation and time.monotonic() < deadline:
        time.sleep(0.05)
    stop.set()
    worker.join()
    shown = endpoints(asterisk)
    assert all(extension.sip_username in shown for extension in extensions)
    assert 1 <= SyncRun.objects.count() - before <= 12


def test_every_kind_of_value_is_taken_and_read_back(node: Node, company: Customer, asterisk: AsteriskInstance) -> None:
    """A comparison that misread how Asterisk writes a value would refuse a good set."""
    ExtensionFactory.create(
        customer=company,
        caller_id_name="Zé da Ávila 3.",
        caller_id_number="551140001001",
        codecs="g722,opus,alaw,ulaw,g729,gsm,ilbc",
        max_contacts=3,
        secret="aB3_.!%*+=~^?:-x",
        forward_to="+551140009999",
    )
    ExtensionFactory.create(customer=company, caller_id_name="")
    ExtensionFactory.create(customer=company, enabled=False)
    GatewayFactory.create(
        authentication="registration", username="conta-01", secret="Segredo.1!x", host="198.19.128.250", transport="tcp"
    )
    GatewayFactory.create(host="198.19.128.251", port=5070, qualify=False, codecs="g729")
    GatewayFactory.create(host="198.19.128.251", port=5072, number_format="national", tech_prefix="1234#")
    GatewayFactory.create(host="2001:db8::7", number_format="e164", caller_id_rule="e164_plus")
    trunk = TrunkAddressFactory.create(transport="tcp", priority=2).customer
    TrunkAddressFactory.create(customer=trunk, network="203.0.113.8/29", receives_calls=False)
    TrunkAddressFactory.create(customer=trunk, network="2001:db8:1::/64", receives_calls=False)
    TrunkAddressFactory.create(customer=trunk, network="2001:db8:2::9", port=5090)
    suspended = TrunkAddressFactory.create().customer
    suspended.status = "suspended"
    suspended.save()
    last = run(node)
    assert (last.outcome, last.reason) == (RunOutcome.APPLIED, "")
    assert drift.find_drift(fresh(node)) == []
