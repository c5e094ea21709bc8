"""`sync_asterisk` and `doctor` from the shell, against the real Asterisk."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from asterisk_sync.doctor.node import parse_version
from asterisk_sync.models import Node, SyncState
from customers.models import Customer
from deploy.trial.asterisk import AsteriskInstance
from tests.factories.customers import ExtensionFactory
from tests.factories.routing import GatewayFactory, RouteFactory

pytestmark = pytest.mark.django_db(transaction=True)


def command(name: str, *arguments: str) -> tuple[int, str]:
    """Run a command and return its exit code with what it printed."""
    output = StringIO()
    try:
        call_command(name, *arguments, stdout=output)
    except SystemExit as end:
        return int(str(end.code)), output.getvalue()
    return 0, output.getvalue()


def findings(area: str) -> dict[str, dict[str, Any]]:
    _code, text = command("doctor", "--json")
    return {item["check"]: item for item in json.loads(text)[area]}


def test_a_dry_run_shows_the_difference_and_changes_nothing(
    node: Node, company: Customer, asterisk: AsteriskInstance, current: Path
) -> None:
    extension = ExtensionFactory.create(customer=company)
    code, text = command("sync_asterisk", "--dry-run", "--diff")
    assert code == 0
    assert f"+[{extension.sip_username}]" in text
    assert extension.secret not in text
    assert str(current.readlink()) == "gen-0"
    assert extension.sip_username not in asterisk.cli("pjsip show endpoints")


def test_a_check_tells_by_its_exit_code_whether_a_node_differs(
    node: Node, company: Customer, asterisk: AsteriskInstance, current: Path
) -> None:
    ExtensionFactory.create(customer=company)
    assert command("sync_asterisk", "--check")[0] == 2
    assert command("sync_asterisk")[0] == 0
    assert command("sync_asterisk", "--check")[0] == 0
    (current / "extensions_dids.conf").write_text("; by hand\n")
    code, text = command("sync_asterisk", "--check")
    assert code == 2
    assert "extensions_dids.conf" in text


def test_the_command_applies_and_reports_in_json(node: Node, company: Customer, asterisk: AsteriskInstance) -> None:
    extension = ExtensionFactory.create(customer=company)
    code, text = command("sync_asterisk", "--node", "lab", "--json")
    report = json.loads(text)["nodes"][0]
    assert (code, report["node"], report["exit_code"]) == (0, "lab", 0)
    assert extension.sip_username in asterisk.cli("pjsip show endpoints")


def test_a_rollback_puts_the_named_generation_back(node: Node, company: Customer, asterisk: AsteriskInstance) -> None:
    command("sync_asterisk")
    first = Node.objects.get(pk=node.pk).applied_generation
    extension = ExtensionFactory.create(customer=company)
    command("sync_asterisk")
    assert extension.sip_username in asterisk.cli("pjsip show endpoints")
    assert command("sync_asterisk", "--rollback", str(first))[0] == 0
    assert extension.sip_username not in asterisk.cli("pjsip show endpoints")
    with pytest.raises(CommandError, match="never accepted"):
        command("sync_asterisk", "--rollback", "999")


def test_an_unreachable_asterisk_has_its_own_exit_code(node: Node, asterisk: AsteriskInstance) -> None:
    Node.objects.filter(pk=node.pk).update(ami_port=1)
    assert command("sync_asterisk")[0] == 4
    assert Node.objects.get(pk=node.pk).state == SyncState.UNREACHABLE


def test_an_unknown_node_is_a_wrong_usage(node: Node) -> None:
    with pytest.raises(CommandError, match="nowhere"):
        command("sync_asterisk", "--node", "nowhere")


def test_the_doctor_finds_a_well_node_well(node: Node, company: Customer, asterisk: AsteriskInstance) -> None:
    RouteFactory.create(gateways=[GatewayFactory.create(qualify=False)])
    ExtensionFactory.create(customer=company)
    command("sync_asterisk")
    found = findings("lab")
    failures = {check: item for check, item in found.items() if item["severity"] == "failure"}
    assert failures == {}
    assert {"AMI", "version", "includes", "permissions", "call records", "drift", "SIP", "calls", "modules"} <= set(
        found
    )
    assert all(item["remedy"] for item in found.values() if item["severity"] != "ok")


def test_the_doctor_names_what_is_wrong_and_how_to_mend_it(
    node: Node, company: Customer, asterisk: AsteriskInstance, current: Path
) -> None:
    command("sync_asterisk")
    pjsip, records = asterisk.config_dir / "pjsip.conf", asterisk.config_dir / "cdr_custom.conf"
    before = {path: path.read_text() for path in (pjsip, records)}
    try:
        line = '#include "voipadmin/current/pjsip_gateways.conf"'
        pjsip.write_text(before[pjsip].replace(line, ""))
        records.write_text("")
        (current / "pjsip_gateways.conf").chmod(0o644)
        found = findings("lab")
    finally:
        for path, text in before.items():
            path.write_text(text)
    assert line in found["includes"]["remedy"]
    assert found["call records"]["severity"] == "failure"
    assert "pjsip_gateways.conf" in found["permissions"]["message"]
    assert command("doctor")[0] in {0, 1}


def test_the_doctor_names_a_node_whose_records_do_not_carry_the_caller(node: Node, asterisk: AsteriskInstance) -> None:
    records = asterisk.config_dir / "cdr_custom.conf"
    before = records.read_text()
    try:
        records.write_text(before.replace(",${CSV_QUOTE(${CUT(CDR(va_call),|,9)})}", ""))
        found = findings("lab")
    finally:
        records.write_text(before)
    assert found["call records"]["severity"] == "warning"


def test_the_doctor_says_where_reloads_are_slower_than_they_need_to_be(node: Node, asterisk: AsteriskInstance) -> None:
    assert findings("lab")["reading"]["severity"] == "ok"
    sorcery = asterisk.config_dir / "sorcery.conf"
    before = sorcery.read_text()
    try:
        sorcery.write_text("")
        slow = findings("lab")["reading"]
        sorcery.write_text(before.replace("auth = config,pjsip_with_extensions.conf", "auth = config,other.conf"))
        split = findings("lab")["reading"]
        sorcery.write_text(before.replace(",buckets=1", ""))
        unordered = findings("lab")["reading"]
    finally:
        sorcery.write_text(before)
    assert slow["severity"] == "warning"
    assert "sorcery.conf" in slow["remedy"]
    assert split["severity"] == "failure"
    assert (unordered["severity"], "peers" in unordered["message"]) == ("warning", True)


def test_the_doctor_says_that_an_object_is_not_in_asterisk(node: Node, asterisk: AsteriskInstance) -> None:
    command("sync_asterisk")
    gateway = GatewayFactory.create(name="GW_Missing")
    RouteFactory.create(gateways=[], name="Nowhere")
    found = findings("lab")
    assert gateway.name in found["gateways"]["message"]
    assert "Nowhere" in found["calls"]["message"]
    assert found["state"]["severity"] == "warning"


def test_the_doctor_examines_the_system_and_exits_for_scripts(node: Node) -> None:
    Node.objects.filter(pk=node.pk).update(ami_port=1)
    code, text = command("doctor")
    assert code == 1
    assert "FAIL AMI" in text
    found = findings("system")
    assert found["database"]["severity"] == found["migrations"]["severity"] == found["redis"]["severity"] == "ok"
    assert found["worker"]["severity"] == "failure"


@pytest.mark.parametrize(
    ("text", "version"),
    [("22.10.1+dfsg+~cs6.17-1", (22, 10, 1)), ("20.6.0~dfsg", (20, 6, 0)), ("GIT-master-abc", None)],
)
def test_versions_of_distributions_are_read(text: str, version: tuple[int, int, int] | None) -> None:
    assert parse_version(text) == version


def test_a_rollback_holds_until_it_is_released(node: Node, company: Customer, asterisk: AsteriskInstance) -> None:
    command("sync_asterisk")
    first = Node.objects.get(pk=node.pk).applied_generation
    extension = ExtensionFactory.create(customer=company)
    command("sync_asterisk")
    assert command("sync_asterisk", "--rollback", str(first))[0] == 0
    assert extension.sip_username not in asterisk.cli("pjsip show endpoints")
    assert Node.objects.get(pk=node.pk).state == SyncState.HELD
    code, text = command("sync_asterisk")
    assert code == 0
    assert f"Generation {first} is held" in text
    assert command("sync_asterisk", "--release")[0] == 0
    assert extension.sip_username in asterisk.cli("pjsip show endpoints")
    with pytest.raises(CommandError, match="Nothing is held"):
        command("sync_asterisk", "--release")


def test_staged_changes_are_shown_and_applied(node: Node, company: Customer, asterisk: AsteriskInstance) -> None:
    command("sync_asterisk")
    Node.objects.filter(pk=node.pk).update(mode="staged")
    extension = ExtensionFactory.create(customer=company)
    assert f"+[{extension.sip_username}]" in command("sync_asterisk", "--dry-run", "--diff")[1]
    code, text = command("sync_asterisk")
    assert code == 6
    assert "Changes wait to be applied" in text
    assert command("sync_asterisk", "--apply")[0] == 0
    assert extension.sip_username in asterisk.cli("pjsip show endpoints")
    with pytest.raises(CommandError, match="nothing waits"):
        command("sync_asterisk", "--apply")


def test_the_doctor_looks_at_the_ami_user_of_conferences(node: Node, asterisk: AsteriskInstance) -> None:
    assert "none here" in findings("lab")["conferences"]["message"]
    node.originate_secret = "0" * 32
    node.save()
    refused = findings("lab")["conferences"]
    assert (refused["severity"], "refused" in refused["message"]) == ("failure", True)
    # The synchronisation's user is not enough.
    node.originate_username, node.originate_secret = "voipadmin", asterisk.config.ami_secret
    node.save()
    assert "Originate" in findings("lab")["conferences"]["message"]
    node.originate_username, node.originate_secret = "voipadmin-originate", asterisk.config.ami_originate_secret
    node.save()
    assert findings("lab")["conferences"]["severity"] == "ok"
