"""Drift that no file shows: what is live and not accepted, not from the panel, or not announced."""

from pathlib import Path

import pytest

from asterisk_sync import drift
from asterisk_sync.changes.queries import due_node
from asterisk_sync.models import DriftFinding, Node
from customers.models import Extension
from deploy.trial.asterisk import AsteriskInstance
from tests.asterisk_sync.drifting import BY_HAND, altered, found
from tests.asterisk_sync.running import endpoints, fresh, run

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_asterisk_that_runs_another_set_is_found_and_mended(
    node: Node, extension: Extension, current: Path, asterisk: AsteriskInstance
) -> None:
    """Started with the files of another time: what is on the disk is right again, and what is live is not."""
    accepted = current.readlink()
    current.unlink()
    current.symlink_to("gen-0")
    asterisk.cli("module reload res_pjsip.so")
    asterisk.cli("dialplan reload")
    current.unlink()
    current.symlink_to(accepted)
    drift.audit_node(node)
    findings = {finding.subject: finding for finding in DriftFinding.objects.filter(kind="live")}
    assert set(findings) == {"PJSIP", "dialplan"}
    assert extension.sip_username in findings["PJSIP"].detail
    run(node)
    assert extension.sip_username in endpoints(asterisk)
    assert found(node) == []


def test_a_line_added_to_our_dialplan_at_the_console_is_found_and_mended(
    node: Node, extension: Extension, asterisk: AsteriskInstance
) -> None:
    asterisk.cli("dialplan add extension 999,1,NoOp into va-refuse")
    drift.audit_node(node)
    finding = DriftFinding.objects.get()
    assert (finding.kind, finding.subject, finding.settlement) == ("foreign", "999@va-refuse", "mended")
    run(node)
    assert "999" not in asterisk.cli("dialplan show 999@va-refuse")
    assert found(node) == []


def test_a_line_that_a_file_by_hand_adds_to_our_dialplan_can_be_known(
    node: Node, extension: Extension, asterisk: AsteriskInstance
) -> None:
    top = asterisk.config_dir / "extensions.conf"
    with altered(top, top.read_text() + "\n[va-refuse](+)\nexten => 998,1,NoOp()\n"):
        asterisk.cli("dialplan reload")
        drift.audit_node(node)
        run(node)
        (finding,) = found(node)
        assert finding.subject == "998@va-refuse"
        assert drift.recurs(finding)
        drift.adopt(finding=finding, actor="ana")
        assert found(node) == []
    asterisk.cli("dialplan reload")


def test_an_endpoint_written_by_hand_is_foreign_until_somebody_knows_it(
    node: Node, extension: Extension, asterisk: AsteriskInstance
) -> None:
    pjsip = asterisk.config_dir / "pjsip.conf"
    with altered(pjsip, pjsip.read_text() + BY_HAND):
        asterisk.cli("module reload res_pjsip.so")
        (finding,) = found(node)
        assert (finding.kind, finding.subject) == ("foreign", "by-hand")
        assert "endpoint" in finding.detail
        assert due_node(node.pk) is None
        with pytest.raises(drift.NotMendableError):
            drift.mend(finding=finding)
        drift.adopt(finding=finding, actor="ana")
        assert found(node) == []
        assert drift.find_drift(fresh(node)) == []
    asterisk.cli("module reload res_pjsip.so")


def test_what_disappears_by_itself_is_settled_as_gone(
    node: Node, extension: Extension, asterisk: AsteriskInstance
) -> None:
    pjsip = asterisk.config_dir / "pjsip.conf"
    with altered(pjsip, pjsip.read_text() + BY_HAND):
        asterisk.cli("module reload res_pjsip.so")
        (finding,) = found(node)
    asterisk.cli("module reload res_pjsip.so")
    assert found(node) == []
    finding.refresh_from_db()
    assert finding.settlement == "gone"


def test_a_change_past_the_outbox_is_shown_with_its_difference_and_applied(
    asking: Node, extension: Extension, asterisk: AsteriskInstance
) -> None:
    Extension.objects.filter(pk=extension.pk).update(sip_username="u0123456789abcde", secret="Secret.of.1001")
    findings = found(asking, "database")
    (ours,) = [finding for finding in findings if finding.subject == "pjsip_extensions.conf"]
    assert ours.detail.startswith("@@")
    assert "+[u0123456789abcde]" in ours.detail
    assert "Secret.of.1001" not in ours.detail
    with pytest.raises(drift.NotAdoptableError):
        drift.adopt(finding=ours)
    drift.mend(finding=ours)
    run(asking)
    assert "u0123456789abcde" in endpoints(asterisk)
    assert found(asking) == []


def test_an_asterisk_that_is_away_settles_nothing(
    asking: Node, extension: Extension, asterisk: AsteriskInstance
) -> None:
    pjsip = asterisk.config_dir / "pjsip.conf"
    with altered(pjsip, pjsip.read_text() + BY_HAND):
        asterisk.cli("module reload res_pjsip.so")
        (finding,) = found(asking)
    port = asking.ami_port
    Node.objects.filter(pk=asking.pk).update(ami_port=1)
    assert [row.pk for row in found(asking)] == [finding.pk]
    Node.objects.filter(pk=asking.pk).update(ami_port=port)
    asterisk.cli("module reload res_pjsip.so")
    assert found(asking) == []
