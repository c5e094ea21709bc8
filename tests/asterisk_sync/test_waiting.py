"""Changes that wait for a person: staged ones, and those that would remove more than anybody can have meant."""

import pytest

from asterisk_sync.changes import services
from asterisk_sync.changes.queries import due_node, sync_state_of, waiting_generation
from asterisk_sync.generations import store
from asterisk_sync.models import ApplyMode, Generation, GenerationStatus, Node, RunOutcome, SyncState
from customers.models import Customer, Extension
from deploy.trial.asterisk import AsteriskInstance
from tests.asterisk_sync.running import change_file, endpoints, fresh, run
from tests.factories.customers import ExtensionFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staged(node: Node) -> Node:
    """A node whose changes wait until somebody applies them."""
    run(node)
    node.refresh_from_db()
    node.mode = ApplyMode.STAGED
    node.save()
    run(node)
    return fresh(node)


def waiting(node: Node) -> Generation:
    found = waiting_generation(node)
    assert found is not None
    return found


def test_staged_changes_gather_and_are_applied_by_one_person(
    staged: Node, company: Customer, asterisk: AsteriskInstance
) -> None:
    first = ExtensionFactory.create(customer=company)
    second = ExtensionFactory.create(customer=company)
    last = run(staged)
    assert last.outcome == RunOutcome.STAGED
    assert first.sip_username in last.diff
    assert first.sip_username not in endpoints(asterisk)
    assert fresh(staged).state == SyncState.STAGED
    assert due_node(staged.pk) is None
    state = sync_state_of(first)
    assert state is not None
    assert state.state == SyncState.STAGED
    services.apply_waiting(node=staged, generation=waiting(staged), actor="ana")
    run(staged)
    shown = endpoints(asterisk)
    assert first.sip_username in shown
    assert second.sip_username in shown
    now = fresh(staged)
    assert (now.state, now.chosen, now.applied_generation) == (SyncState.APPLIED, None, now.desired_generation)


def test_what_is_applied_is_what_was_seen_and_later_changes_go_on_waiting(
    staged: Node, company: Customer, asterisk: AsteriskInstance
) -> None:
    seen = ExtensionFactory.create(customer=company)
    run(staged)
    services.apply_waiting(node=staged, generation=waiting(staged))
    late = ExtensionFactory.create(customer=company)
    run(staged)
    shown = endpoints(asterisk)
    assert seen.sip_username in shown
    assert late.sip_username not in shown
    assert fresh(staged).state == SyncState.STAGED
    assert late.sip_username in "".join(store.read_files(waiting(staged)).values())


def test_a_set_that_is_no_longer_the_newest_is_not_applied(staged: Node, company: Customer) -> None:
    ExtensionFactory.create(customer=company)
    run(staged)
    looked_at = waiting(staged)
    ExtensionFactory.create(customer=company)
    run(staged)
    with pytest.raises(services.SupersededError):
        services.apply_waiting(node=staged, generation=looked_at)


def test_changes_that_cancel_each_other_leave_nothing_to_apply(staged: Node, company: Customer) -> None:
    extension = ExtensionFactory.create(customer=company)
    run(staged)
    extension.delete()
    assert run(staged).outcome == RunOutcome.UNCHANGED
    assert waiting_generation(staged) is None
    assert fresh(staged).state == SyncState.APPLIED


def test_a_staged_node_is_mended_without_applying_what_waits(
    staged: Node, company: Customer, asterisk: AsteriskInstance
) -> None:
    extension = ExtensionFactory.create(customer=company)
    run(staged)
    path = asterisk.config_dir / "voipadmin" / "current" / "extensions_dids.conf"
    accepted = path.read_text()
    path.write_text("; emptied by hand\n")
    services.request_sync(node=fresh(staged), action="drift")
    assert run(staged).outcome == RunOutcome.STAGED
    assert path.read_text() == accepted
    assert extension.sip_username not in endpoints(asterisk)
    assert waiting(staged).status == GenerationStatus.STAGED


def test_a_change_that_removes_much_waits_for_a_confirmation(
    node: Node, company: Customer, asterisk: AsteriskInstance
) -> None:
    extensions = ExtensionFactory.create_batch(30, customer=company)
    run(node)
    for extension in extensions[:10]:
        extension.delete()
    last = run(node)
    assert last.outcome == RunOutcome.CONFIRM
    assert "10 of 30 extensions" in last.reason
    assert fresh(node).state == SyncState.CONFIRM
    assert extensions[0].sip_username in endpoints(asterisk)
    found = waiting(node)
    assert found.removals["extensions"] == sorted(extension.sip_username for extension in extensions[:10])
    services.apply_waiting(node=node, generation=found, actor="ana")
    run(node)
    shown = endpoints(asterisk)
    assert extensions[0].sip_username not in shown
    assert extensions[29].sip_username in shown
    assert fresh(node).state == SyncState.APPLIED


def test_what_was_removed_by_mistake_and_made_again_needs_no_confirmation(
    node: Node, company: Customer, asterisk: AsteriskInstance
) -> None:
    extensions = ExtensionFactory.create_batch(30, customer=company)
    run(node)
    lost = extensions[:10]
    Extension.objects.filter(pk__in=[extension.pk for extension in lost]).delete()
    assert run(node).outcome == RunOutcome.CONFIRM
    for extension in lost:
        ExtensionFactory.create(customer=company, number=extension.number, sip_username=extension.sip_username)
    assert run(node).outcome == RunOutcome.APPLIED
    assert lost[0].sip_username in endpoints(asterisk)


def test_a_refused_set_is_kept_for_reading_and_nowhere_on_the_node(
    node: Node, company: Customer, asterisk: AsteriskInstance
) -> None:
    run(node)
    with change_file("extensions_dids.conf", lambda body: body + "\n[broken\n"):
        ExtensionFactory.create(customer=company)
        assert run(node).outcome == RunOutcome.REFUSED
    refused = Generation.objects.get(node=node, status=GenerationStatus.REFUSED)
    assert "[broken" in store.read_files(refused)["extensions_dids.conf"]
    assert refused.refused_reason
    folder = asterisk.config_dir / "voipadmin"
    assert "[broken" not in "".join(path.read_text() for path in folder.rglob("*.conf"))
