"""The watch over gateways, nodes, spools and disks opens alarms, and closes them when it is over."""

import os
import shutil
import time
from collections import namedtuple
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from asterisk_sync.live.state import LiveContact, LiveEndpoint, LiveRegistration, LiveState
from asterisk_sync.models import DriftFinding, Node, SyncState
from asterisk_sync.watch import disks, gateways, nodes
from asterisk_sync.watch.gateways import unreachable_gateways, unregistered_gateways
from billing.accounts.ledger import account_of
from billing.authorization.stops.services import report_stopped_accounts, stop_account
from billing.models import CreditHold, SpoolPosition
from routing.models import Authentication
from tests.factories import CustomerFactory, GatewayFactory
from tests.factories.asterisk_sync import NodeFactory
from voipadmin.core.models import Alarm

pytestmark = pytest.mark.django_db
Usage = namedtuple("Usage", "total used free")


def state(node: Node, *endpoints: LiveEndpoint, registrations: tuple[LiveRegistration, ...] = ()) -> LiveState:
    return LiveState(node.pk, timezone.now(), endpoints=endpoints, registrations=registrations)


def endpoint(name: str, status: str) -> LiveEndpoint:
    return LiveEndpoint(name, "Not in use", 0, (LiveContact(name, f"sip:{name}", status),))


def open_kinds() -> set[str]:
    return set(Alarm.objects.filter(closed_at=None).values_list("kind", flat=True))


def test_a_gateway_is_down_where_no_node_that_knows_it_reaches_it() -> None:
    one, two = NodeFactory.create(), NodeFactory.create()
    gateway = GatewayFactory.create(qualify=True)
    unwatched = GatewayFactory.create(qualify=False)
    up, down = endpoint(gateway.name, "Reachable"), endpoint(gateway.name, "Unreachable")
    all_gateways = [gateway, unwatched]
    assert list(unreachable_gateways(all_gateways, [state(one, down), state(two)])) == [str(gateway.pk)]
    assert unreachable_gateways(all_gateways, [state(one, down), state(two, up)]) == {}
    assert unreachable_gateways(all_gateways, [state(one, endpoint(unwatched.name, "Unreachable"))]) == {}
    assert unreachable_gateways(all_gateways, []) == {}


def test_a_gateway_that_wants_a_registration_has_one_on_some_node() -> None:
    one, two = NodeFactory.create(), NodeFactory.create()
    gateway = GatewayFactory.create(authentication=Authentication.REGISTRATION, username="u", secret="s" * 20)
    rejected, registered = (LiveRegistration(gateway.name, "s", text) for text in ("Rejected", "Registered"))
    assert list(unregistered_gateways([gateway], [state(one, registrations=(rejected,)), state(two)]))
    both = [state(one, registrations=(rejected,)), state(two, registrations=(registered,))]
    assert unregistered_gateways([gateway], both) == {}
    assert unregistered_gateways([gateway], [state(one)]) == {}


def test_an_outage_of_a_gateway_is_an_alarm_and_a_node_that_tells_nothing_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cache.delete("core:alarm_seen:gateway_down")
    node, gateway = NodeFactory.create(), GatewayFactory.create(qualify=True)
    live: dict[Any, LiveState] = {node.pk: state(node, endpoint(gateway.name, "Unreachable"))}
    monkeypatch.setattr(gateways, "live_states", lambda _nodes: live)
    start = timezone.now()
    for second in range(0, 61, 15):
        gateways.report_down_gateways(start + timedelta(seconds=second))
    alarm = Alarm.objects.get(kind="gateway_down")
    assert alarm.details == {"name": gateway.name}
    live.clear()
    gateways.report_down_gateways(start + timedelta(seconds=600))
    assert "gateway_down" in open_kinds()
    live[node.pk] = state(node, endpoint(gateway.name, "Reachable"))
    gateways.report_down_gateways(start + timedelta(seconds=615))
    assert "gateway_down" not in open_kinds()


def test_what_is_wrong_with_a_node_is_said_and_taken_back() -> None:
    node = NodeFactory.create()
    Node.objects.filter(pk=node.pk).update(state=SyncState.REFUSED, reason="pjsip.conf:\n no such transport")
    finding = DriftFinding.objects.create(node=node, kind="foreign", subject="by-hand")
    account = account_of(CustomerFactory.create())
    now = timezone.now()
    hold = CreditHold.objects.create(
        account=account, node_name=node.name, uniqueid="1.1", number="5511", amount=1, granted_seconds=60,
        applied_rate="", expires_at=now - timedelta(seconds=61),
    )  # fmt: skip
    nodes.report_nodes(now)
    assert {"sync_refused", "drift_found", "authorizer_behind"} <= open_kinds()
    assert Alarm.objects.get(kind="sync_refused").details["reason"] == "pjsip.conf: no such transport"
    Node.objects.filter(pk=node.pk).update(state=SyncState.APPLIED)
    finding.delete()
    hold.delete()
    nodes.report_nodes(now)
    assert open_kinds() & {"sync_refused", "drift_found", "authorizer_behind"} == set()


def test_call_records_that_wait_too_long_are_an_alarm(tmp_path: Path) -> None:
    spool = tmp_path / "voipadmin.csv"
    node = NodeFactory.create(cdr_path=str(spool))
    now = timezone.now()
    nodes.report_importer(node, now)
    assert open_kinds() == set()
    spool.write_bytes(b"x" * 5000)
    old = time.time() - 300
    os.utime(spool, (old, old))
    nodes.report_importer(node, now)
    alarm = Alarm.objects.get(kind="importer_behind")
    assert alarm.details["kilobytes"] == 5
    status = spool.stat()
    SpoolPosition.objects.create(
        node_name=node.name, device=status.st_dev, inode=status.st_ino, path=str(spool), offset=4000
    )
    nodes.report_importer(node, now)
    assert open_kinds() == set(), "a line was read a moment ago"
    nodes.report_importer(node, now + timedelta(seconds=300))
    assert open_kinds() == {"importer_behind"}
    SpoolPosition.objects.update(offset=5000)
    nodes.report_importer(node, now + timedelta(seconds=300))
    assert open_kinds() == set()


def test_a_disk_is_one_alarm_whoever_looks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> None:
    settings.DISK_PATHS = [str(tmp_path), "/nonexistent"]
    node = NodeFactory.create(config_path=str(tmp_path), spool_path=str(tmp_path), cdr_path=str(tmp_path / "a.csv"))
    gigabyte, free = 1024**3, 4
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(100 * gigabyte, 0, free * gigabyte))
    now = timezone.now()
    disks.report_disks_of_panel(now)
    disks.report_disks_of_node(node, now)
    alarm = Alarm.objects.get(kind="disk_full")
    assert (alarm.details["free"], alarm.details["percent"], alarm.count) == ("4.0", "4.0", 1)
    nodes.close_unwatched(now + timedelta(minutes=14))
    assert open_kinds() == {"disk_full"}
    free = 60
    disks.report_disks_of_node(node, now)
    assert open_kinds() == set()
    assert disks.is_nearly_full(40 * gigabyte, 10_000 * gigabyte)
    assert not disks.is_nearly_full(60 * gigabyte, 10_000 * gigabyte), "sixty gigabytes are enough of any disk"


def test_nobody_looks_at_the_disk_of_a_node_that_is_gone(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.DISK_PATHS = ["/"]
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(100, 0, 1))
    now = timezone.now()
    disks.report_disks_of_panel(now)
    nodes.close_unwatched(now + timedelta(minutes=16))
    assert open_kinds() == set()


def test_a_stopped_account_is_an_alarm_until_the_stop_is_lifted() -> None:
    account = account_of(CustomerFactory.create())
    stop_account(account_id=account.pk, reason="cap per hour")
    report_stopped_accounts(now=timezone.now())
    assert Alarm.objects.get().details["reason"] == "cap per hour"
    type(account).objects.update(blocked_at=None)
    report_stopped_accounts(now=timezone.now())
    assert open_kinds() == set()
