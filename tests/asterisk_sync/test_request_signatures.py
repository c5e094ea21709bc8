"""Who may ask the authorizer: the nodes themselves, by a secret that their files hold (N27)."""

import asyncio
import hashlib
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings

from asterisk_sync.authorizer.fastagi import AgiRequest, Variables
from asterisk_sync.authorizer.request_check import RequestCheck
from asterisk_sync.authorizer.service import AuthorizerService
from asterisk_sync.authorizer.signatures import signature
from asterisk_sync.authorizer.state import ServiceState
from asterisk_sync.changes.queries import secrets_of_local_nodes
from asterisk_sync.changes.services import renew_agi_secret
from asterisk_sync.generations.diff import MASK, diff_of_sets, mask_secrets
from asterisk_sync.models import AcceptedSecrets, AgiSecret, Generation, Node, rendered_secret
from asterisk_sync.rendering import render_files
from asterisk_sync.snapshot.loader import load_snapshot
from billing.accounts.ledger import account_of
from billing.authorization.holds.connections import ConnectionPool
from billing.models import CreditHold, HoldState
from tests.billing.loop_beside import LoopBeside
from tests.factories import CustomerFactory, GatewayFactory, RouteFactory, TariffFactory
from tests.factories.asterisk_sync import NodeFactory
from voipadmin.core.alarms.queries import shown
from voipadmin.core.models import Alarm

pytestmark = pytest.mark.django_db(transaction=True)
UNIQUEID = "1700000000.1"
NUMBER = "5511987654321"


def accepted(node: Node) -> AcceptedSecrets:
    node.refresh_from_db()
    return secrets_of_local_nodes()[node.pk]


def run(node: Node, generation: int) -> None:
    """Note that the node runs a generation."""
    Node.objects.filter(pk=node.pk).update(
        desired_generation=max(node.desired_generation, generation), applied_generation=generation
    )
    node.refresh_from_db()


def signed(secret: str, script: str, *arguments: str, uniqueid: str = UNIQUEID) -> AgiRequest:
    return AgiRequest(
        script, uniqueid, "PJSIP/x-1", (signature(secret, script, uniqueid, arguments), *arguments), "198.51.100.7"
    )


def test_a_node_gets_its_secret_with_its_first_set_and_nothing_is_accepted_before() -> None:
    node = NodeFactory.create()
    assert accepted(node) == AcceptedSecrets()
    secret = rendered_secret(node)
    assert rendered_secret(node) == secret
    assert len(secret) == 64
    assert accepted(node) == AcceptedSecrets(frozenset({secret}))


def test_the_secret_is_encrypted_in_the_database() -> None:
    secret = rendered_secret(NodeFactory.create())
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM asterisk_sync_agisecret")
        assert secret not in str(cursor.fetchall())


def test_a_node_of_an_earlier_release_asks_unsigned_until_it_runs_a_set_with_a_secret() -> None:
    node = NodeFactory.create()
    run(node, 7)
    assert accepted(node).unsigned
    secret = rendered_secret(node)
    assert accepted(node) == AcceptedSecrets(frozenset({secret}), unsigned=True)
    run(node, 8)
    assert accepted(node) == AcceptedSecrets(frozenset({secret}))


def test_the_old_secret_is_accepted_until_the_node_runs_the_new_one_however_often_it_is_renewed() -> None:
    node = NodeFactory.create()
    first = rendered_secret(node)
    run(node, 1)
    for _ in range(3):
        renew_agi_secret(node=node)
        node.refresh_from_db()
        newest = rendered_secret(node)
        assert newest != first
        assert accepted(node) == AcceptedSecrets(frozenset({first, newest}))
    run(node, node.desired_generation)
    assert accepted(node) == AcceptedSecrets(frozenset({newest}))


def test_a_set_that_is_put_back_asks_with_the_secret_of_its_time() -> None:
    node = NodeFactory.create()
    first = rendered_secret(node)
    run(node, 1)
    renew_agi_secret(node=node)
    node.refresh_from_db()
    run(node, node.desired_generation)
    second = rendered_secret(node)
    node.chosen = Generation.objects.create(node=node, number=1, content_hash="x")
    node.save()
    assert accepted(node).secrets == {first, second}


@pytest.mark.parametrize("place", range(4))
def test_a_signature_holds_for_one_script_one_channel_and_its_arguments_alone(place: int) -> None:
    node = NodeFactory.create()
    secret = rendered_secret(node)
    check = RequestCheck()
    good = signed(secret, "ended", str(node.pk), "x")
    digest = good.arguments[0]
    bad = [
        AgiRequest("answered", UNIQUEID, "", good.arguments),
        AgiRequest("ended", "1700000000.2", "", good.arguments),
        AgiRequest("ended", UNIQUEID, "", (digest, str(node.pk), "y")),
        AgiRequest("ended", UNIQUEID, "", good.arguments[1:]),
    ][place]

    async def work() -> list[AgiRequest | None]:
        return [await check.verified(request) for request in (good, bad)]

    with LoopBeside() as loop:
        passed, refused = loop.run(work())
    assert passed is not None
    assert passed.arguments == (str(node.pk), "x")
    assert refused is None


def test_a_stranger_with_known_ids_holds_nothing_releases_nothing_and_is_counted() -> None:
    # N27
    customer = CustomerFactory.create()
    account_of(customer)
    RouteFactory.create(gateways=[GatewayFactory.create()])
    TariffFactory.create(pattern="55")
    node = NodeFactory.create(name="pbx1")
    secret = rendered_secret(node)
    asks = (str(node.pk), str(customer.pk), NUMBER)

    async def work() -> tuple[list[Variables], list[Variables]]:
        async with ConnectionPool() as pool:
            service = AuthorizerService(ServiceState(pool))
            server = await service.start("127.0.0.1", 0)
            handle = service.handlers.handle
            own = [await handle(signed(secret, "authorize", *asks))]
            own += [await handle(signed(secret, "answered", str(node.pk), UNIQUEID, uniqueid="1700000000.2"))]
            foreign = [
                await handle(AgiRequest("authorize", "1700000000.9", "PJSIP/x-9", asks, "198.51.100.7")),
                await handle(AgiRequest("ended", UNIQUEID, "PJSIP/x-1", (str(node.pk),), "198.51.100.7")),
                await handle(signed("f" * 64, "ended", str(node.pk))),
                await handle(signed(secret, "ended", "no node at all")),
            ]
            await asyncio.to_thread(service.state.request_check.report, {node.pk: node.name})
            server.close()
            await service.stop()
            return own, foreign

    with override_settings(LOCAL_NODES=[]), LoopBeside() as loop:
        own, foreign = loop.run(work())
    assert "va_granted" in own[0]
    assert foreign == [{}] * 4
    hold = CreditHold.objects.get()
    assert (hold.uniqueid, hold.state, hold.ended_at) == (UNIQUEID, HoldState.ACTIVE, None)
    alarms = {alarm.details["node"]: alarm for alarm in Alarm.objects.filter(kind="unsigned_requests")}
    assert (alarms["pbx1"].count, alarms["?"].count) == (3, 1)
    assert "198.51.100.7" in shown(alarms["pbx1"]).text


def test_a_secret_that_the_service_has_not_read_yet_is_read_before_a_request_is_refused() -> None:
    node = NodeFactory.create()
    check = RequestCheck()
    check.refresh()
    secret = rendered_secret(node)

    async def work() -> AgiRequest | None:
        return await check.verified(signed(secret, "ended", str(node.pk)))

    with LoopBeside() as loop:
        assert loop.run(work()) is not None


def test_no_page_and_no_difference_shows_the_secret() -> None:
    node = NodeFactory.create()
    name = "extensions_routes.conf"
    before = render_files(load_snapshot(node), 1)[name]
    first = rendered_secret(node)
    assert before.count(first) == 2
    renew_agi_secret(node=node)
    node.refresh_from_db()
    after, second = render_files(load_snapshot(node), 2)[name], rendered_secret(node)
    shown_text: list[Any] = [mask_secrets(before), mask_secrets(after), diff_of_sets({name: before}, {name: after})]
    for text in shown_text:
        assert f"exten => s,1,Return(${{MD5({MASK}" in text
        assert first not in text
        assert second not in text
    assert first not in str(AgiSecret.objects.first())
    assert first not in repr(load_snapshot(node))


def test_a_secret_fills_one_block_of_the_hash_and_stands_at_both_ends() -> None:
    # ADR 19: so that hashing goes on from a state that nobody else knows, and cannot be gone on with by others.
    secret = rendered_secret(NodeFactory.create())
    assert len(secret) == hashlib.md5(usedforsecurity=False).block_size
    text = f"{secret},authorize,{UNIQUEID},a,{secret}"
    assert (
        signature(secret, "authorize", UNIQUEID, ["a"]) == hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    )
