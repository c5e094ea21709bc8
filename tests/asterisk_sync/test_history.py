"""Earlier sets put back, drift found, secrets kept: what the pipeline remembers."""

from pathlib import Path

import pytest
from django.db import connection

from asterisk_sync import drift
from asterisk_sync.changes import services
from asterisk_sync.changes.queries import due_node, restorable_generations, sync_state_of
from asterisk_sync.generations import store
from asterisk_sync.generations.diff import MASK
from asterisk_sync.models import Generation, GenerationStatus, Node, OutboxEntry, RunOutcome, SyncState
from customers.models import Customer
from deploy.trial.asterisk import AsteriskInstance
from tests.asterisk_sync.conftest import make_node
from tests.asterisk_sync.running import endpoints, fresh, run
from tests.factories.customers import CustomerFactory, ExtensionFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_earlier_set_is_put_back_and_held_until_it_is_released(
    node: Node, company: Customer, asterisk: AsteriskInstance
) -> None:
    old = ExtensionFactory.create(customer=company)
    run(node)
    earlier: Generation = restorable_generations(node)[0]
    new = ExtensionFactory.create(customer=company)
    run(node)
    services.restore_generation(node=node, generation=earlier, actor="ana")
    last = run(node)
    assert last.outcome == RunOutcome.HELD
    shown = endpoints(asterisk)
    assert old.sip_username in shown
    assert new.sip_username not in shown
    held = fresh(node)
    assert (held.state, held.applied_generation) == (SyncState.HELD, earlier.number)
    assert (held.held, held.chosen) == (True, earlier)
    assert str(earlier.number) in held.reason
    assert due_node(node.pk) is None
    state = sync_state_of(new)
    assert state is not None
    assert state.state == SyncState.HELD
    assert OutboxEntry.objects.filter(action="restore", actor="ana").exists()
    another = ExtensionFactory.create(customer=company)
    assert run(node).outcome == RunOutcome.HELD
    assert another.sip_username not in endpoints(asterisk)
    services.release_hold(node=node, actor="ana")
    assert run(node).outcome == RunOutcome.APPLIED
    shown = endpoints(asterisk)
    assert new.sip_username in shown
    assert another.sip_username in shown
    assert fresh(node).state == SyncState.APPLIED
    assert fresh(node).chosen is None


def test_a_change_after_the_wish_to_restore_waits_for_the_release(
    node: Node, company: Customer, asterisk: AsteriskInstance
) -> None:
    run(node)
    earlier: Generation = restorable_generations(node)[0]
    ExtensionFactory.create(customer=company)
    run(node)
    services.restore_generation(node=node, generation=earlier)
    newest = ExtensionFactory.create(customer=company)
    assert run(node).outcome == RunOutcome.HELD
    assert newest.sip_username not in endpoints(asterisk)
    services.release_hold(node=node)
    run(node)
    assert newest.sip_username in endpoints(asterisk)
    with pytest.raises(services.NotHeldError):
        services.release_hold(node=node)


def test_a_set_of_another_node_or_one_that_was_refused_cannot_be_put_back(
    node: Node, asterisk: AsteriskInstance
) -> None:
    refused = Generation.objects.create(node=node, number=1, content_hash="x", status="refused")
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
    drift.audit_node(node)
    assert run(node).outcome == RunOutcome.APPLIED
    assert extension.sip_username in endpoints(asterisk)
    assert drift.find_drift(fresh(node)) == []


def test_a_change_that_went_past_the_outbox_is_found_by_the_audit(
    node: Node, company: Customer, asterisk: AsteriskInstance
) -> None:
    extension = ExtensionFactory.create(customer=company)
    run(node)
    type(extension).objects.filter(pk=extension.pk).update(sip_username="u0123456789abcde")
    drift.audit_node(node)
    run(node)
    assert "u0123456789abcde" in endpoints(asterisk)
    assert extension.sip_username not in endpoints(asterisk)


def test_secrets_are_masked_in_the_difference_and_encrypted_in_the_history(node: Node, company: Customer) -> None:
    extension = ExtensionFactory.create(customer=company)
    last = run(node)
    assert extension.sip_username in last.diff
    assert extension.secret not in last.diff
    assert MASK in last.diff
    with connection.cursor() as cursor:
        cursor.execute("SELECT packed FROM asterisk_sync_filecontent")
        packed = cursor.fetchall()
    assert all(value.startswith("enc:") for (value,) in packed)
    generation = restorable_generations(node)[0]
    assert extension.secret in store.read_files(generation)["pjsip_extensions.conf"]


def test_only_the_newest_sets_are_kept(node: Node, company: Customer, current: Path) -> None:
    for _ in range(12):
        CustomerFactory.create(type="extension")
        ExtensionFactory.create(customer=company)
        assert run(node).outcome == RunOutcome.APPLIED
    assert len(list(current.parent.glob("gen-*"))) <= 7
    assert restorable_generations(node).count() == store.SETS_KEPT[GenerationStatus.ACCEPTED]
    assert Generation.objects.filter(node=node).count() == 12
