"""Who is stopped is hung up, and a node that hangs keeps no other node waiting."""

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import MappingProxyType
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError
from django.utils import timezone

from asterisk_sync.ami.messages import AmiUnreachableError
from asterisk_sync.authorizer.ami_calls import LIMIT_SECONDS, NodeConnections
from asterisk_sync.authorizer.background import BackgroundTasks
from asterisk_sync.authorizer.refusals import RefusalQueue
from asterisk_sync.authorizer.stopped_calls import StoppedCalls
from asterisk_sync.models import Node
from asterisk_sync.pipeline.stopped_calls import stopped_in
from billing.accounts.ledger import account_of
from billing.authorization.facts.rule_cache import RuleCache
from billing.authorization.refused import services
from billing.authorization.stops.services import stop_account
from billing.models import RefusedCall
from customers.models import Customer, CustomerStatus
from deploy.trial.asterisk import AsteriskInstance
from tests.event_loops import run_apart
from tests.factories import CustomerFactory


@contextmanager
def hanging_node() -> Iterator[Node]:
    """A node whose AMI takes connections and never says anything."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield Node(name="hung", ami_host="127.0.0.1", ami_port=listener.getsockname()[1])


class AskedNodes(NodeConnections):
    """Nodes that note whom they were asked to hang up; those in `away` do not answer."""

    def __init__(self, *nodes: UUID) -> None:
        super().__init__(dict.fromkeys(nodes))  # type: ignore[arg-type]
        self.away: set[UUID] = set()
        self.asked: list[tuple[UUID, frozenset[str]]] = []

    async def hang_up_customers(self, node_id: UUID, account_codes: frozenset[str]) -> bool:
        self.asked.append((node_id, account_codes))
        return node_id not in self.away


@pytest.mark.django_db
def test_whoever_is_stopped_or_suspended_is_hung_up_once_on_each_node_and_again_where_one_was_away() -> None:
    here, away = uuid4(), uuid4()
    nodes, cache = AskedNodes(here, away), RuleCache()
    nodes.away = {away}
    stopped, suspended = CustomerFactory.create(code="ACME"), CustomerFactory.create(code="BETA")
    account = account_of(stopped)
    CustomerFactory.create(code="GOOD")

    async def looks(times: int) -> list[tuple[UUID, frozenset[str]]]:
        background = calls.background = BackgroundTasks()
        for _ in range(times):
            calls.look()
            await asyncio.sleep(0)
        await background.stop()
        found, nodes.asked = nodes.asked, []
        return found

    calls = StoppedCalls(cache, nodes, BackgroundTasks())
    cache.refresh()
    assert run_apart(looks(2)) == []
    stop_account(account_id=account.pk, reason="by hand")
    cache.refresh()
    acme = frozenset({"ACME"})
    assert run_apart(looks(3)) == [(here, acme), (away, acme), (away, acme), (away, acme)]
    nodes.away = set()
    Customer.objects.filter(pk=suspended.pk).update(status=CustomerStatus.SUSPENDED, updated_at=timezone.now())
    cache.refresh()
    assert run_apart(looks(2)) == [(here, frozenset({"BETA"})), (away, frozenset({"ACME", "BETA"}))]
    # Whoever is let go and stopped again is hung up again, and a service that starts knows of nobody's calls.
    account.refresh_from_db()
    account.blocked_at = None
    account.save()
    cache.refresh()
    assert run_apart(looks(1)) == []
    stop_account(account_id=account.pk, reason="again")
    cache.refresh()
    assert run_apart(looks(1)) == [(here, acme), (away, acme)]
    calls = StoppedCalls(cache, nodes, BackgroundTasks())
    assert {node for node, _codes in run_apart(looks(1))} == {here, away}


@pytest.mark.slow(seconds=2)
def test_a_node_that_hangs_holds_up_neither_itself_for_ever_nor_anybody_else() -> None:
    async def work(nodes: NodeConnections) -> tuple[float, float, list[bool]]:
        began = time.monotonic()
        waiting = [asyncio.ensure_future(nodes.set_time_limit("hung", f"PJSIP/x-{n}", 60)) for n in range(200)]
        await asyncio.sleep(0.1)
        # The loop and its usual threads are free meanwhile.
        await asyncio.gather(*(asyncio.to_thread(time.sleep, 0) for _ in range(50)))
        free = time.monotonic() - began
        found = await asyncio.gather(*waiting)
        return free, time.monotonic() - began, found

    with hanging_node() as node:
        nodes = NodeConnections()
        nodes.refresh([node])
        free, took, found = run_apart(work(nodes))
        nodes.close()
    assert found == [False] * 200
    assert free < 1
    assert took < LIMIT_SECONDS + 1


def test_the_connection_of_a_node_that_was_removed_is_closed(asterisk: AsteriskInstance) -> None:
    node = Node(
        name="lab", ami_host="127.0.0.1", ami_port=asterisk.ami_port, ami_secret=asterisk.config.ami_secret
    )  # fmt: skip
    nodes = NodeConnections()
    nodes.refresh([node])
    connection = nodes.by_id[node.pk]

    async def ask() -> bool:
        return await connection.ask(lambda client: client.connected())

    assert run_apart(ask())
    assert connection._client is not None
    nodes.refresh([Node(pk=node.pk, **{name: getattr(node, name) for name in FIELDS})])
    assert nodes.by_id[node.pk] is connection
    nodes.refresh([])
    assert not connection._client.connected()
    with pytest.raises(AmiUnreachableError):
        run_apart(ask())


FIELDS = ("name", "ami_host", "ami_port", "ami_username", "ami_secret")


@pytest.mark.django_db(transaction=True)
def test_refused_calls_that_could_not_be_written_are_written_later_and_those_of_the_gone_keep_no_other_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    customer, gone = CustomerFactory.create(), uuid4()
    queue = RefusalQueue()
    for place in range(5):
        owner = gone if place == 2 else customer.pk
        queue.add(
            RefusedCall(customer_id=owner, node_name="pbx1", uniqueid=str(place), number="1", reason="cap", cause=21)
        )

    def away(**_refused: object) -> None:
        raise DatabaseError("the server closed the connection")

    write = services.record_refusals
    monkeypatch.setattr(services, "record_refusals", away)
    with pytest.raises(DatabaseError):
        run_apart(queue.write())
    monkeypatch.setattr(services, "record_refusals", write)
    run_apart(queue.write())
    assert sorted(RefusedCall.objects.values_list("uniqueid", flat=True)) == ["0", "1", "3", "4"]


def test_whom_a_set_stops_is_read_from_its_file() -> None:
    stopped = uuid4()
    text = f"[va-stopped-{stopped}]\nexten => s,1,Return()\n\n[va-unlimited-{uuid4()}]\n"
    assert stopped_in(MappingProxyType({"extensions_routes.conf": text})) == {stopped}
    assert stopped_in({}) == set()
