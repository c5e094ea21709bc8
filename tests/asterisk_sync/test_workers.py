"""Messages about a node reach the worker beside it, do not pile up, and are understood one release apart."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from celery import current_app
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from asterisk_sync import tasks
from asterisk_sync.changes import outbox, workers
from asterisk_sync.changes.outbox import MOST_WAITING_FOR_A_NODE, PROTOCOL, SYNC_TASK, queue_of
from asterisk_sync.changes.queries import local_nodes
from asterisk_sync.changes.workers import REPORT_TASK, heartbeat_of
from asterisk_sync.doctor import examine_system
from asterisk_sync.models import Node
from reports.cdr_files.spools import sources_of_nodes
from tests.asterisk_sync.messages import GENERAL, arrive, messages, purge, told
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.users import UserFactory
from voipadmin.users.roles import Role
from voipadmin.version import VERSION

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("empty_queues"),
    pytest.mark.slow(seconds=1),
]

CHECK = "workers of nodes"


def with_worker(name: str) -> Node:
    node: Node = NodeFactory.create(name=name)
    workers.note_worker(node)
    purge()
    return Node.objects.get(pk=node.pk)


def test_a_node_with_a_worker_is_woken_by_its_own_queue() -> None:
    a, b = with_worker("a"), with_worker("b")
    assert outbox.wake_worker(a.pk)
    assert told("node.a") == [(SYNC_TASK, str(a.pk))]
    assert told("node.b") == told(GENERAL) == []
    assert outbox.wake_worker(b.pk)
    assert told("node.b") == [(SYNC_TASK, str(b.pk))]


def test_a_node_whose_worker_never_showed_itself_is_woken_by_the_queue_that_older_workers_know() -> None:
    node = NodeFactory.create(name="a")
    purge()
    assert outbox.wake_worker(node.pk)
    assert told(GENERAL) == [(SYNC_TASK, str(node.pk))]


def test_messages_for_a_worker_that_is_away_do_not_pile_up() -> None:
    node = with_worker("a")
    assert [outbox.wake_worker(node.pk) for _ in range(10)].count(True) == MOST_WAITING_FOR_A_NODE
    for _ in range(5):
        tasks.audit_drift()
        tasks.sweep_pending()
    waiting = messages("node.a")
    assert len(waiting) == MOST_WAITING_FOR_A_NODE
    assert not any(message.headers["expires"] for message in waiting), "the node's clock may be ahead"


def test_the_only_node_needs_no_worker_of_its_own(ran: list[str]) -> None:
    node = NodeFactory.create(name="a")
    arrive(tasks.sync_node, GENERAL, str(node.pk))
    assert ran == [str(node.pk)]
    assert not heartbeat_of(node).is_away


def test_a_message_for_another_workers_node_is_passed_on_and_never_served_here(ran: list[str]) -> None:
    a, b = with_worker("a"), NodeFactory.create(name="b")
    purge()
    for node in (a, b):
        arrive(tasks.sync_node, GENERAL, str(node.pk))
    assert ran == []
    assert told("node.a") == [(SYNC_TASK, str(a.pk))]
    assert told("node.b") == [(SYNC_TASK, str(b.pk))]


def test_the_only_node_that_ever_had_a_worker_is_left_to_it(ran: list[str]) -> None:
    node = with_worker("a")
    Node.objects.update(worker_seen_at=timezone.now() - timedelta(days=1))
    arrive(tasks.sync_node, GENERAL, str(node.pk))
    assert ran == []
    assert told("node.a") == [(SYNC_TASK, str(node.pk))]


def test_a_worker_shows_itself_with_each_message_of_its_node(ran: list[str]) -> None:
    node = NodeFactory.create(name="a")
    NodeFactory.create(name="b")
    assert heartbeat_of(node).is_away
    arrive(tasks.sync_node, "node.a", str(node.pk))
    assert ran == [str(node.pk)]
    seen = Node.objects.get(pk=node.pk)
    heartbeat = heartbeat_of(seen)
    assert (seen.worker_version, seen.worker_protocol) == (VERSION, PROTOCOL)
    assert not heartbeat.is_away
    assert not heartbeat.differs
    assert seen.desired_generation == 1
    later = timezone.now() + timedelta(minutes=5)
    assert heartbeat_of(seen, later).is_away
    Node.objects.update(worker_version="0.9")
    assert heartbeat_of(Node.objects.get(pk=node.pk)).differs


def test_the_sweeper_asks_every_silent_worker_for_a_sign_and_no_other() -> None:
    silent, heard = with_worker("a"), with_worker("b")
    Node.objects.update(desired_generation=0)
    Node.objects.filter(pk=silent.pk).update(worker_seen_at=timezone.now() - timedelta(minutes=3))
    for _ in range(3):
        tasks.sweep_pending()
    assert told("node.a") == [(REPORT_TASK, str(silent.pk))]
    assert told("node.b") == []
    arrive(tasks.report_worker, "node.a", str(silent.pk))
    assert not heartbeat_of(Node.objects.get(pk=silent.pk)).is_away
    assert heard.worker_protocol == PROTOCOL


def doctor_says() -> str:
    return "; ".join(f"{found.severity} {found.message}" for found in examine_system() if found.check == CHECK)


def test_the_doctor_names_the_node_that_nobody_serves_and_the_worker_of_another_release() -> None:
    node = with_worker("a")
    assert "each node is served" in doctor_says()
    Node.objects.update(worker_version="0.9")
    assert f"the worker of node a is version 0.9, this is {VERSION}" in doctor_says()
    Node.objects.filter(pk=node.pk).update(worker_seen_at=datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert "no worker listens for node a since 2026-03-01 12:00:00 UTC" in doctor_says()
    NodeFactory.create(name="b")
    assert "no worker listens for node b: none ever did" in doctor_says()


def test_the_page_of_a_node_says_who_does_not_listen_and_which_release_differs() -> None:
    node = with_worker("a")
    client = Client(headers={"accept-language": "en"})
    client.force_login(UserFactory.create(role=Role.VIEWER))

    def page() -> str:
        return client.get(node.get_absolute_url()).content.decode()

    assert "listen" not in page()
    Node.objects.update(worker_version="0.9", worker_seen_at=timezone.now() - timedelta(hours=1))
    assert "No worker listens for this node since" in page()
    assert f"version 0.9, the panel is {VERSION}" in page()
    Node.objects.update(worker_version="", worker_protocol=0, worker_seen_at=None)
    assert "listen" not in page()
    NodeFactory.create(name="b")
    assert "No worker ever listened" in page()


def test_commands_are_about_the_nodes_of_this_machine(settings: Any) -> None:
    here = NodeFactory.create(name="a")
    NodeFactory.create(name="b")
    NodeFactory.create(enabled=False)
    assert local_nodes().count() == 2
    settings.LOCAL_NODES = ["a"]
    assert list(local_nodes()) == [here]
    assert [source.node_name for source in sources_of_nodes()] == ["a"]


def test_a_sign_does_not_wait_for_a_long_import() -> None:
    node = with_worker("a")
    before = Node.objects.get(pk=node.pk).worker_seen_at
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT 1 FROM asterisk_sync_node WHERE id = %s FOR UPDATE", [node.pk])
            with transaction.atomic(), connection.cursor() as here:
                here.execute("SET LOCAL lock_timeout = '1s'")
                workers.note_worker(node)
            cursor.execute("ROLLBACK")
    finally:
        other.close()
    assert Node.objects.get(pk=node.pk).worker_seen_at == before
    workers.note_worker(node)
    assert Node.objects.get(pk=node.pk).worker_seen_at != before


def test_the_worker_of_a_renamed_node_follows_it_to_its_new_queue(
    ran: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    node = with_worker("a")
    node.name = "c"
    node.save()
    assert told("node.a") == [(REPORT_TASK, str(node.pk))]
    orders: list[tuple[str, str, list[str]]] = []
    control = SimpleNamespace(
        add_consumer=lambda queue, destination: orders.append(("add", queue, destination)),
        cancel_consumer=lambda queue, destination: orders.append(("cancel", queue, destination)),
    )
    monkeypatch.setattr(type(current_app), "control", control, raising=False)
    arrive(tasks.sync_node, "node.a", str(node.pk))
    assert orders == [("add", "node.c", ["worker@here"]), ("cancel", "node.a", ["worker@here"])]
    assert ran == []
    assert told("node.c") == [(SYNC_TASK, str(node.pk))]
    assert queue_of(node) == "node.c"


def test_a_message_for_a_node_that_is_gone_is_no_fault(ran: list[str]) -> None:
    node = with_worker("a")
    key = str(node.pk)
    node.delete()
    arrive(tasks.sync_node, "node.a", key)
    assert ran == []
