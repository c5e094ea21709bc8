"""A node that was altered past the panel: found, shown, mended or adopted; with the real Asterisk."""

from pathlib import Path

import pytest

from asterisk_sync import drift
from asterisk_sync.changes import services
from asterisk_sync.changes.queries import due_node, restorable_generations
from asterisk_sync.generations import store
from asterisk_sync.generations.includes import include_line
from asterisk_sync.models import DriftFinding, GenerationStatus, Node, OutboxEntry, RunOutcome, SyncState
from asterisk_sync.pipeline.locking import node_lock
from customers.models import Customer, Extension
from deploy.trial.asterisk import AsteriskInstance
from tests.asterisk_sync.drifting import altered, found
from tests.asterisk_sync.running import change_file, endpoints, fresh, run
from tests.factories.customers import ExtensionFactory
from tests.factories.numbering import DIDAllocationFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_settled_node_has_no_drift(node: Node, extension: Extension, asterisk: AsteriskInstance) -> None:
    DIDAllocationFactory.create(customer__type="trunk")
    run(node)
    assert drift.find_drift(fresh(node)) == []
    assert found(node) == []
    assert not DriftFinding.objects.exists()


def test_a_file_edited_by_hand_is_mended_at_once_and_what_was_written_is_kept(
    node: Node, extension: Extension, current: Path, asterisk: AsteriskInstance
) -> None:
    path = current / "pjsip_extensions.conf"
    accepted = path.read_text()
    path.write_text(accepted + "; a note of mine\n")
    drift.audit_node(node)
    finding = DriftFinding.objects.get()
    assert (finding.kind, finding.subject, finding.settlement) == ("file", "pjsip_extensions.conf", "mended")
    assert finding.settled_at is not None
    assert finding.generation is not None
    assert finding.generation.status == GenerationStatus.DRIFTED
    assert store.read_files(finding.generation)["pjsip_extensions.conf"].endswith("; a note of mine\n")
    assert OutboxEntry.objects.filter(action="drift", actor="").exists()
    assert run(node).outcome == RunOutcome.APPLIED
    assert path.read_text().splitlines()[3:] == accepted.splitlines()[3:]
    assert found(node) == []


def test_a_deleted_file_is_mended_and_a_part_of_a_set_is_not_adopted(
    node: Node, extension: Extension, current: Path, asterisk: AsteriskInstance
) -> None:
    (current / "pjsip_extensions.conf").unlink()
    drift.audit_node(node)
    finding = DriftFinding.objects.get(kind="file")
    assert "missing" in finding.detail
    run(node)
    assert extension.sip_username in endpoints(asterisk)
    assert (current / "pjsip_extensions.conf").exists()
    with pytest.raises(drift.NotAdoptableError):
        drift.adopt(finding=finding)


def test_where_a_person_decides_nothing_happens_until_then(
    asking: Node, extension: Extension, current: Path, asterisk: AsteriskInstance
) -> None:
    path = current / "pjsip_extensions.conf"
    path.write_text(path.read_text().replace("max_contacts=1", "max_contacts=7"))
    (finding,) = found(asking, "file")
    assert due_node(asking.pk) is None
    assert "max_contacts=7" in path.read_text()
    assert [row.pk for row in found(asking, "file")] == [finding.pk]
    drift.mend(finding=finding, actor="ana")
    finding.refresh_from_db()
    assert (finding.settlement, finding.settled_by) == ("mended", "ana")
    run(asking)
    assert "max_contacts=7" not in (current / "pjsip_extensions.conf").read_text()
    assert found(asking) == []
    with pytest.raises(drift.NotMendableError):
        drift.mend(finding=finding)


def test_a_set_that_was_found_can_be_adopted_and_is_held(
    asking: Node, extension: Extension, current: Path, asterisk: AsteriskInstance
) -> None:
    path = current / "pjsip_extensions.conf"
    path.write_text(path.read_text().replace("max_contacts=1", "max_contacts=7"))
    (finding,) = found(asking, "file")
    drift.adopt(finding=finding, actor="ana")
    finding.refresh_from_db()
    assert (finding.settlement, finding.settled_by) == ("adopted", "ana")
    assert run(asking).outcome == RunOutcome.HELD
    assert "7" in asterisk.cli(f"pjsip show aor {extension.sip_username}").partition("max_contacts")[2][:40]
    assert fresh(asking).state == SyncState.HELD
    assert found(asking) == []
    services.release_hold(node=asking)
    run(asking)
    assert "max_contacts=7" not in (current / "pjsip_extensions.conf").read_text()


def test_what_was_mended_at_once_can_still_be_adopted(
    node: Node, extension: Extension, current: Path, asterisk: AsteriskInstance
) -> None:
    path = current / "pjsip_extensions.conf"
    path.write_text(path.read_text().replace("max_contacts=1", "max_contacts=7"))
    drift.audit_node(node)
    run(node)
    finding = DriftFinding.objects.get(kind="file")
    drift.adopt(finding=finding, actor="ana")
    assert run(node).outcome == RunOutcome.HELD
    assert "max_contacts=7" in (current / "pjsip_extensions.conf").read_text()
    with pytest.raises(drift.NotAdoptableError):
        drift.adopt(finding=finding)


def test_a_link_that_leads_to_another_set_is_found_and_mended(
    asking: Node, extension: Extension, current: Path, asterisk: AsteriskInstance
) -> None:
    accepted = current.readlink()
    current.unlink()
    current.symlink_to("gen-0")
    (finding,) = found(asking, "link")
    assert "gen-0" in finding.detail
    assert str(accepted) in finding.detail
    drift.mend(finding=finding)
    run(asking)
    assert extension.sip_username in current.joinpath("pjsip_extensions.conf").read_text()
    current.unlink()
    assert "missing" in found(asking, "link")[0].detail


def test_a_missing_include_is_added_again(
    node: Node, extension: Extension, current: Path, asterisk: AsteriskInstance
) -> None:
    pjsip = asterisk.config_dir / "pjsip_with_extensions.conf"
    line = include_line("pjsip_extensions.conf")
    with altered(pjsip, pjsip.read_text().replace(line, "")):
        asterisk.cli("module reload res_pjsip.so")
        assert extension.sip_username not in endpoints(asterisk)
        drift.audit_node(node)
        finding = DriftFinding.objects.get(kind="include")
        assert (finding.subject, finding.settlement) == ("pjsip_extensions.conf", "mended")
        assert line in finding.detail
        assert pjsip.read_text().count(line) == 1
        run(node)
        assert extension.sip_username in endpoints(asterisk)
        assert found(node) == []


def test_where_the_include_cannot_be_written_the_line_is_shown(
    asking: Node, extension: Extension, asterisk: AsteriskInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    pjsip = asterisk.config_dir / "pjsip_with_extensions.conf"
    line = include_line("pjsip_extensions.conf")
    # The tests may run as root, to whom every file can be written.
    monkeypatch.setattr("asterisk_sync.generations.includes.os.access", lambda *_arguments: False)
    with altered(pjsip, pjsip.read_text().replace(line, "")):
        (finding,) = found(asking, "include")
        with pytest.raises(drift.NotMendableError, match="include"):
            drift.mend(finding=finding)
        assert line not in pjsip.read_text()


def test_a_held_node_is_compared_with_what_it_holds(
    node: Node, company: Customer, extension: Extension, current: Path, asterisk: AsteriskInstance
) -> None:
    earlier = restorable_generations(node)[0]
    late = ExtensionFactory.create(customer=company)
    run(node)
    services.restore_generation(node=node, generation=earlier)
    run(node)
    assert found(node) == []
    (current / "pjsip_extensions.conf").write_text("; emptied by hand\n")
    drift.audit_node(node)
    assert DriftFinding.objects.get(kind="file").settlement == "mended"
    assert run(node).outcome == RunOutcome.HELD
    text = (current / "pjsip_extensions.conf").read_text()
    assert extension.sip_username in text
    assert late.sip_username not in text


def test_a_refused_database_does_not_keep_a_node_from_being_mended(
    node: Node, company: Customer, extension: Extension, current: Path, asterisk: AsteriskInstance
) -> None:
    with change_file("extensions_dids.conf", lambda body: body + "\n[broken\n"):
        ExtensionFactory.create(customer=company)
        assert run(node).outcome == RunOutcome.REFUSED
        (current / "pjsip_extensions.conf").write_text("; emptied by hand\n")
        drift.audit_node(node)
        assert run(node).outcome == RunOutcome.REFUSED
    assert extension.sip_username in (current / "pjsip_extensions.conf").read_text()
    assert extension.sip_username in endpoints(asterisk)
    assert fresh(node).chosen is None


def test_what_comes_back_at_once_is_left_for_a_person(
    node: Node, extension: Extension, current: Path, asterisk: AsteriskInstance
) -> None:
    for _round in range(2):
        (current / "pjsip_extensions.conf").write_text("; a program of mine writes this\n")
        drift.audit_node(node)
        if due_node(node.pk) is not None:
            run(node)
    (finding,) = DriftFinding.objects.filter(settlement="", kind="file")
    assert drift.recurs(finding)
    assert due_node(node.pk) is None
    drift.mend(finding=finding, actor="ana")
    run(node)
    assert extension.sip_username in (current / "pjsip_extensions.conf").read_text()


def test_while_a_run_is_in_progress_or_due_nothing_is_audited(
    node: Node, company: Customer, extension: Extension, current: Path, asterisk: AsteriskInstance
) -> None:
    (current / "pjsip_extensions.conf").write_text("; half written\n")
    with node_lock(node.pk) as lock:
        assert lock is not None
        assert found(node) == []
    ExtensionFactory.create(customer=company)
    assert found(node) == []
    assert not DriftFinding.objects.exists()
