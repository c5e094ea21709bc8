"""Save, and Asterisk has it: the pipeline in this process against the real Asterisk."""

import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest
from django.db import connection
from django.utils import timezone

from asterisk_sync import drift, history, pipeline, services
from asterisk_sync.ami_messages import AmiUnreachableError
from asterisk_sync.expectation import module_of
from asterisk_sync.models import Generation, Node, OutboxEntry, RunOutcome, SyncRun, SyncState
from asterisk_sync.queries import due_node, recent_runs, restorable_generations, sync_state_of
from asterisk_sync.reloader import reload_module
from asterisk_sync.rendering import files as envelope
from asterisk_sync.rendering import render_files
from asterisk_sync.rendering.files import seal
from customers.models import Customer, Extension
from deploy.trial.asterisk import AsteriskInstance
from tests.asterisk_sync.conftest import make_node
from tests.factories.customers import CustomerFactory, ExtensionFactory, TrunkAddressFactory
from tests.factories.numbering import DIDAllocationFactory
from tests.factories.routing import GatewayFactory, RouteFactory

pytestmark = pytest.mark.django_db(transaction=True)

Render = Callable[..., dict[str, str]]


def run(node: Node) -> SyncRun:
    last = pipeline.synchronise(node.pk)
    assert last is not None
    return last


def fresh(node: Node) -> Node:
    found: Node = Node.objects.get(pk=node.pk)
    return found


def live(current: Path) -> str:
    return str(current.readlink())


def endpoints(asterisk: AsteriskInstance) -> str:
    return asterisk.cli("pjsip show endpoints")


def change_file(name: str, edit: Callable[[str], str]) -> "mock._patch[Render]":
    """Render as a bad template would: `edit` the body of one file and seal it again."""
    original: Render = render_files

    def render(*args: object, **kwargs: object) -> dict[str, str]:
        files = original(*args, **kwargs)
        generation, _digest = envelope.read_header(files[name])
        body = envelope.without_header(files[name]).rpartition("\n; === End ===")[0]
        return files | {name: seal(name, edit(body), generation)}

    return mock.patch("asterisk_sync.candidate.render_files", render)


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
    assert number.number in asterisk.cli(f"dialplan show {number.number}@from-trunk") or number.number in asterisk.cli(
        "dialplan show"
    )


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
    with mock.patch("asterisk_sync.reloader.reload_module", wraps=reload_module) as reload:
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


def test_an_object_that_asterisk_drops_sets_the_last_good_back(
    node: Node, company: Customer, current: Path, asterisk: AsteriskInstance
) -> None:
    good = ExtensionFactory.create(customer=company)
    run(node)
    target = live(current)
    times = {path.name: path.stat().st_mtime_ns for path in current.glob("*.conf")}
    bad = "\n[bad-endpoint]\ntype=endpoint\ncontext=from-trunk\nallow=alaw\ndtmf_mode=carrier-pigeon\n"
    ExtensionFactory.create(customer=company)
    with change_file("pjsip_gateways.conf", lambda body: body + bad):
        last = run(node)
    assert last.outcome == RunOutcome.ROLLED_BACK
    assert "bad-endpoint" in last.reason
    assert fresh(node).state == SyncState.REFUSED
    assert "bad-endpoint" in fresh(node).reason
    assert live(current) == target
    assert all(path.stat().st_mtime_ns > times[path.name] for path in current.glob("*.conf"))
    assert good.sip_username in endpoints(asterisk)
    assert [path.name for path in current.parent.glob("gen-*") if path.name not in {target, "gen-0"}] == []


def test_an_object_that_keeps_its_old_values_is_found_out(
    node: Node, company: Customer, asterisk: AsteriskInstance
) -> None:
    extension = ExtensionFactory.create(customer=company, codecs="alaw")
    run(node)
    extension.codecs = "ulaw"
    extension.save()
    wrong = f"[{extension.sip_username}]"

    def spoil(body: str) -> str:
        head, found, tail = body.partition(wrong)
        line, end, rest = tail.partition("\n")
        return head + found + line + end + "dtmf_mode=carrier-pigeon\n" + rest

    with change_file("pjsip_extensions.conf", spoil):
        last = run(node)
    assert last.outcome == RunOutcome.ROLLED_BACK
    assert extension.sip_username in last.reason
    assert "(alaw)" in asterisk.cli(f"pjsip show endpoint {extension.sip_username}")
    assert run_again(node).outcome == RunOutcome.APPLIED
    assert "(ulaw)" in asterisk.cli(f"pjsip show endpoint {extension.sip_username}")


def run_again(node: Node) -> SyncRun:
    services.request_sync(node=fresh(node))
    return run(node)


def test_the_first_set_that_asterisk_refuses_leaves_the_empty_one(node: Node, current: Path) -> None:
    bad = "\n[bad-endpoint]\ntype=endpoint\ncontext=from-trunk\ndtmf_mode=carrier-pigeon\n"
    with change_file("pjsip_gateways.conf", lambda body: body + bad):
        assert run(node).outcome == RunOutcome.ROLLED_BACK
    assert live(current) == "gen-0"


def test_a_fault_of_a_template_is_refused_with_its_words(node: Node, current: Path) -> None:
    def fail(*_args: object) -> dict[str, str]:
        raise ValueError("a value of kind name was refused")

    with mock.patch("asterisk_sync.candidate.render_files", fail):
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
    with mock.patch("asterisk_sync.writer._write_file", side_effect=full):
        last = run(node)
    assert last.outcome == RunOutcome.FAILED
    assert "No space left" in fresh(node).reason
    assert live(current) == target
    assert not list(current.parent.glob(".gen-*"))
    Node.objects.filter(pk=node.pk).update(retry_at=timezone.now())
    assert run(node).outcome == RunOutcome.APPLIED


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

    with mock.patch("asterisk_sync.candidate.render_files", render):
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

    with mock.patch("asterisk_sync.candidate.render_files", render):
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

    with mock.patch("asterisk_sync.candidate.render_files", render):
        last = pipeline.synchronise(node.pk)
    assert last is not None
    assert last.outcome == RunOutcome.FAILED
    assert live(current) == "gen-0"


def test_an_earlier_set_is_put_back_and_the_next_change_applies_the_database(
    node: Node, company: Customer, asterisk: AsteriskInstance
) -> None:
    old = ExtensionFactory.create(customer=company)
    run(node)
    earlier: Generation = restorable_generations(node)[0]
    new = ExtensionFactory.create(customer=company)
    run(node)
    services.restore_generation(node=node, generation=earlier, actor="ana")
    last = run(node)
    assert last.outcome == RunOutcome.APPLIED
    shown = endpoints(asterisk)
    assert old.sip_username in shown
    assert new.sip_username not in shown
    held = fresh(node)
    assert (held.state, held.applied_generation) == (SyncState.PENDING, earlier.number)
    assert str(earlier.number) in held.reason
    assert held.restoring is None
    assert due_node(node.pk) is None
    state = sync_state_of(new)
    assert state is not None
    assert state.state == SyncState.PENDING
    assert OutboxEntry.objects.filter(action="restore", actor="ana").exists()
    another = ExtensionFactory.create(customer=company)
    assert run(node).outcome == RunOutcome.APPLIED
    assert new.sip_username in endpoints(asterisk)
    assert another.sip_username in endpoints(asterisk)
    assert fresh(node).state == SyncState.APPLIED


def test_a_change_after_the_wish_to_restore_wins(node: Node, company: Customer, asterisk: AsteriskInstance) -> None:
    run(node)
    earlier: Generation = restorable_generations(node)[0]
    ExtensionFactory.create(customer=company)
    run(node)
    services.restore_generation(node=node, generation=earlier)
    newest = ExtensionFactory.create(customer=company)
    run(node)
    assert newest.sip_username in endpoints(asterisk)
    assert fresh(node).state == SyncState.APPLIED


def test_a_set_of_another_node_or_one_that_was_refused_cannot_be_put_back(
    node: Node, asterisk: AsteriskInstance
) -> None:
    refused = Generation.objects.create(node=node, number=1, content_hash="x", refused_reason="bad")
    with pytest.raises(services.NotRestorableError):
        services.restore_generation(node=node, generation=refused)
    other = make_node(asterisk, name="other", config_path="/nonexistent")
    run(node)
    with pytest.raises(services.NotRestorableError):
        services.restore_generation(node=other, generation=restorable_generations(node)[0])


def test_a_file_edited_by_hand_is_found_and_mended(
    node: Node, company: Customer, current: Path, asterisk: AsteriskInstance
) -> None:
    extension = ExtensionFactory.create(customer=company)
    run(node)
    assert drift.find_drift(fresh(node)) == []
    path = current / "pjsip_extensions.conf"
    path.write_text("; emptied by hand\n")
    asterisk.cli("module reload res_pjsip.so")
    assert extension.sip_username not in endpoints(asterisk)
    found = drift.find_drift(fresh(node))
    assert any("pjsip_extensions.conf" in line for line in found)
    assert any(extension.sip_username in line for line in found)
    drift.audit_nodes()
    assert run(node).outcome == RunOutcome.APPLIED
    assert extension.sip_username in endpoints(asterisk)
    assert drift.find_drift(fresh(node)) == []


def test_a_change_that_went_past_the_outbox_is_found_by_the_audit(
    node: Node, company: Customer, asterisk: AsteriskInstance
) -> None:
    extension = ExtensionFactory.create(customer=company)
    run(node)
    type(extension).objects.filter(pk=extension.pk).update(sip_username="u0123456789abcde")
    drift.audit_nodes()
    run(node)
    assert "u0123456789abcde" in endpoints(asterisk)
    assert extension.sip_username not in endpoints(asterisk)


def test_secrets_are_masked_in_the_difference_and_encrypted_in_the_history(node: Node, company: Customer) -> None:
    extension = ExtensionFactory.create(customer=company)
    last = run(node)
    assert extension.sip_username in last.diff
    assert extension.secret not in last.diff
    assert history.MASK in last.diff
    with connection.cursor() as cursor:
        cursor.execute("SELECT packed FROM asterisk_sync_generationcontent")
        packed = cursor.fetchall()
    assert all(value.startswith("enc:") for (value,) in packed)
    generation = restorable_generations(node)[0]
    assert extension.secret in history.read_files(generation)["pjsip_extensions.conf"]


def test_only_the_newest_sets_are_kept(node: Node, company: Customer, current: Path) -> None:
    for _ in range(12):
        CustomerFactory.create(type="extension")
        ExtensionFactory.create(customer=company)
        assert run(node).outcome == RunOutcome.APPLIED
    assert len(list(current.parent.glob("gen-*"))) <= 7
    assert restorable_generations(node).count() == history.KEPT_CONTENTS
    assert Generation.objects.filter(node=node).count() == 12


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
    with mock.patch("asterisk_sync.reloader.await_live", side_effect=AmiUnreachableError("cut")):
        assert run(node).outcome == RunOutcome.UNREACHABLE
    assert live(current) == target
    extension.delete()
    Node.objects.filter(pk=node.pk).update(retry_at=timezone.now())
    assert run(node).outcome == RunOutcome.APPLIED
    assert extension.sip_username not in endpoints(asterisk)
