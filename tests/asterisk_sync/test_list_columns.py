"""Lists show what Asterisk knows of their objects: live state, round trip, calls, and whether the saved is applied."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from asterisk_sync.changes.queries import sync_state_of, sync_states_of
from asterisk_sync.live.state import LiveEndpoint, LiveState, publish
from asterisk_sync.models import Node, OutboxEntry, SyncState
from customers.models import Extension
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.customers import CustomerFactory, ExtensionFactory
from tests.factories.routing import GatewayFactory
from tests.factories.users import UserFactory
from tests.pages.sets import noted, set_state
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


def client_of(role: str, *customers: Any) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    user = UserFactory.create(role=role)
    for customer in customers:
        customer.users.add(user)
    client.force_login(user, backend="voipadmin.users.backends.RoleBackend")
    return client


def shown(client: Client, path: str, **query: Any) -> str:
    return client.get(path, query).content.decode().partition('id="list-region"')[2]


def tell(node: Any, *endpoints: LiveEndpoint) -> None:
    publish(LiveState(node.pk, timezone.now(), channels=(), endpoints=endpoints))


def old_and_new(node: Node) -> tuple[Extension, Extension]:
    """Two extensions, of which the node has applied the change of the first."""
    old, new = ExtensionFactory.create(), ExtensionFactory.create()
    OutboxEntry.objects.all().delete()
    noted(node, 5, old)
    noted(node, 6, new)
    set_state(node, applied_generation=5, attempted_generation=5, desired_generation=6, state=SyncState.PENDING)
    return old, new


@pytest.mark.slow(seconds=0.3)
def test_extensions_say_whether_they_are_registered_and_can_be_told_apart_by_it() -> None:
    node = NodeFactory.create()
    here, away = ExtensionFactory.create(), ExtensionFactory.create()
    tell(node, LiveEndpoint(here.sip_username, "Not in use", 0), LiveEndpoint(away.sip_username, "Unavailable", 0))
    operator = client_of(Role.OPERATOR)
    text = shown(operator, "/extensions/")
    assert text.count("<span>Registered</span></span>") == 1
    assert text.count("<span>Not registered</span></span>") == 1
    found = shown(operator, "/extensions/", live="reachable")
    assert here.sip_username in found
    assert away.sip_username not in found


def test_gateways_show_calls_and_dashes_where_no_node_tells() -> None:
    node, gateway = NodeFactory.create(), GatewayFactory.create()
    tell(node, LiveEndpoint(gateway.name, "Not in use", 7))
    GatewayFactory.create(name="GW_Unknown")
    text = shown(client_of(Role.OPERATOR), "/gateways/", columns="name,live_state,live_calls,live_trip")
    assert 'data-label="Calls up">7</td>' in text.replace("\u00a0", " ")
    assert ">Unknown<" in text


def test_the_sync_state_of_many_is_that_of_each() -> None:
    node = NodeFactory.create()
    rows = list(old_and_new(node))
    assert [state.state for state in sync_states_of(rows) if state] == [SyncState.APPLIED, SyncState.PENDING]
    assert sync_states_of(rows) == [sync_state_of(row) for row in rows]
    set_state(node, attempted_generation=6, state=SyncState.REFUSED, reason="line 3")
    assert [state.state for state in sync_states_of(rows) if state] == [SyncState.APPLIED, SyncState.REFUSED]
    assert sync_states_of([]) == []


@pytest.mark.slow(seconds=0.3)
def test_lists_are_narrowed_by_what_is_applied(django_assert_max_num_queries: Any) -> None:
    old, new = old_and_new(NodeFactory.create())
    operator = client_of(Role.OPERATOR)
    for state, kept, left in (("applied", old, new), ("pending", new, old)):
        text = shown(operator, "/extensions/", synced=state, columns="number,sip_username,sync_state")
        assert kept.sip_username in text
        assert left.sip_username not in text
    ExtensionFactory.create_batch(20, customer=old.customer)
    with django_assert_max_num_queries(24):
        shown(operator, "/extensions/", columns="number,live_state,sync_state")


def test_people_of_a_customer_see_neither_columns_nor_filters() -> None:
    customer = CustomerFactory.create()
    own = ExtensionFactory.create(customer=customer)
    page = client_of(Role.CUSTOMER, customer).get("/extensions/", {"live": "reachable", "columns": "number,live_state"})
    text = page.content.decode()
    assert own.number in text
    assert "This list has no column “live_state”." in text
    assert 'name="live"' not in text


def test_a_file_has_no_live_values() -> None:
    ExtensionFactory.create()
    lines = b"".join(client_of(Role.OPERATOR).get("/extensions/", {"export": "csv"})).decode()
    assert "live_state" not in lines
    assert len(lines.splitlines()) == 1 + Extension.objects.count()
