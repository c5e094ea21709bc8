"""What a real Asterisk makes of the delivered base files, and of those of a node without sorcery.conf."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from asterisk_sync.generations.includes import include_line
from deploy.trial.asterisk import AsteriskInstance
from deploy.trial.asterisk_tree import AsteriskTree
from tests.lab.configuration import EXTENSION, GATEWAY, write_generation
from tests.lab.network import LabNetwork

pytestmark = pytest.mark.slow(seconds=1)

BY_HAND = (
    EXTENSION.format(user="by-hand", secret="not-a-secret")
    + """
[by-hand]
type=identify
endpoint=by-hand
match=203.0.113.77

[by-hand]
type=registration
server_uri=sip:127.0.0.1:9
client_uri=sip:me@127.0.0.1:9
retry_interval=3600

[by-hand]
type=transport
protocol=udp
bind=127.0.0.1:0

[example.test]
type=domain_alias
domain=example.org

[by-hand-acl]
type=acl
deny=192.0.2.0/24
"""
)
CARRIER = GATEWAY.format(name="GW_Lab", address="203.0.113.5:5060", host="203.0.113.5")
PHONE = EXTENSION.format(user="u0123456789abcdef", secret="not-a-secret")


@pytest.fixture
def unstarted(asterisk_tree: AsteriskTree, lab_network: LabNetwork, tmp_path: Path) -> Iterator[AsteriskInstance]:
    """An Asterisk that has its base files and does not run yet."""
    base = tmp_path if asterisk_tree.is_system else None
    instance = AsteriskInstance(asterisk_tree, f"test-{os.getpid()}-base", sip_address=lab_network.host(2), base=base)
    try:
        instance.prepare()
        yield instance
    finally:
        instance.remove()


def start_with(instance: AsteriskInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start with the base files as they are now: `prepare` would write the delivered ones again."""
    monkeypatch.setattr(instance, "prepare", lambda: None)
    instance.start()


def test_objects_written_by_hand_into_pjsip_conf_are_live_whatever_their_type(
    unstarted: AsteriskInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (unstarted.config_dir / "pjsip.conf").open("a") as file:
        file.write(BY_HAND)
    start_with(unstarted, monkeypatch)
    assert "by-hand" in unstarted.cli("pjsip show endpoint by-hand")
    for kind in ("auth", "aor", "identify", "registration", "transport"):
        assert "by-hand" in unstarted.cli(f"pjsip show {kind} by-hand"), kind
        assert "Unable to find" not in unstarted.cli(f"pjsip show {kind} by-hand"), kind
    assert "ERROR" not in unstarted.log_file.read_text()


def test_one_reload_takes_in_a_change_of_each_generated_file(
    unstarted: AsteriskInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_with(unstarted, monkeypatch)
    write_generation(unstarted, {"pjsip_gateways.conf": CARRIER, "pjsip_extensions.conf": PHONE})
    for kind in ("endpoint", "aor", "identify"):
        assert "203.0.113.5" in unstarted.cli(f"pjsip show {kind} GW_Lab"), kind
    assert "not-a-secret" in unstarted.cli("pjsip show auth u0123456789abcdef")
    write_generation(unstarted, {"pjsip_gateways.conf": CARRIER.replace("203.0.113.5", "203.0.113.6")})
    for kind in ("aor", "identify"):
        assert "203.0.113.6" in unstarted.cli(f"pjsip show {kind} GW_Lab"), kind
    write_generation(unstarted, {"pjsip_extensions.conf": PHONE.replace("not-a-secret", "another")})
    assert "another" in unstarted.cli("pjsip show auth u0123456789abcdef")
    assert "GW_Lab" in unstarted.cli("pjsip show endpoints")


def test_a_node_without_sorcery_conf_runs_as_well(unstarted: AsteriskInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    (unstarted.config_dir / "sorcery.conf").unlink()
    with (unstarted.config_dir / "pjsip.conf").open("a") as file:
        file.write(include_line("pjsip_extensions.conf") + "\n")
    start_with(unstarted, monkeypatch)
    write_generation(unstarted, {"pjsip_gateways.conf": CARRIER, "pjsip_extensions.conf": PHONE})
    shown = unstarted.cli("pjsip show endpoints")
    assert "GW_Lab" in shown
    assert "u0123456789abcdef" in shown
    assert "ERROR" not in unstarted.log_file.read_text()
