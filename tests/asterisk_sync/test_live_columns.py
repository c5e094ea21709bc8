"""Live values of many objects at once, as lists show and filter them."""

import pytest
from django.core.cache import cache
from django.test import override_settings
from django.utils import timezone

from asterisk_sync.live.columns import (
    AWAY,
    REACHABLE,
    UNKNOWN,
    LiveColumns,
    live_columns,
    with_live_state,
)
from asterisk_sync.live.state import LiveChannel, LiveContact, LiveEndpoint, LiveState, publish
from customers.models import Customer, CustomerType, Extension
from routing.models import Gateway
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.customers import CustomerFactory, ExtensionFactory
from tests.factories.numbering import DIDFactory
from tests.factories.routing import GatewayFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


def reached(name: str, milliseconds: float, calls: int = 0) -> LiveEndpoint:
    return LiveEndpoint(name, "Not in use", calls, (LiveContact(name, f"sip:{name}", "Reachable", milliseconds),))


def names(rows: object) -> set[str]:
    return {str(row) for row in rows}  # type: ignore[attr-defined]


def test_an_object_is_reachable_where_one_node_reaches_it_and_its_calls_add_up() -> None:
    first, second, silent = GatewayFactory.create_batch(3)
    one, two = NodeFactory.create_batch(2)
    now = timezone.now()
    away = LiveEndpoint(second.name, "Unavailable", 0)
    publish(LiveState(one.pk, now, endpoints=(reached(first.name, 30.5, 2), away)))
    publish(LiveState(two.pk, now, endpoints=(reached(first.name, 12.5, 1),)))
    assert live_columns([first, second, silent]) == {
        first.pk: LiveColumns(REACHABLE, 3, 12.5, 2),
        second.pk: LiveColumns(AWAY),
        silent.pk: LiveColumns(UNKNOWN),
    }
    assert names(with_live_state(Gateway.objects.all(), REACHABLE)) == {first.name}
    assert names(with_live_state(Gateway.objects.all(), AWAY)) == {second.name}
    assert names(with_live_state(Gateway.objects.all(), UNKNOWN)) == {silent.name}


def test_extensions_are_known_by_their_sip_user_and_trunks_by_their_customer() -> None:
    node = NodeFactory.create()
    extension, other = ExtensionFactory.create_batch(2)
    trunk = CustomerFactory.create(type=CustomerType.TRUNK)
    endpoints = (reached(extension.sip_username, 20), reached(f"trunk.{trunk.code}", 5, 4))
    channel = LiveChannel("PJSIP/x-1", "L1", "Up", "", "", "", "", "", trunk.code, 1)
    publish(LiveState(node.pk, timezone.now(), channels=(channel,), endpoints=endpoints))
    assert live_columns([extension, other])[extension.pk].is_reachable
    assert live_columns([trunk])[trunk.pk].calls == 4
    assert list(with_live_state(Extension.objects.all(), REACHABLE)) == [extension]
    assert list(with_live_state(Customer.objects.all(), REACHABLE)) == [trunk]


def test_what_is_no_endpoint_has_no_live_values_and_a_senseless_state_narrows_nothing() -> None:
    did, extension = DIDFactory.create(), ExtensionFactory.create()
    assert live_columns([did]) == {}
    assert live_columns([]) == {}
    assert list(with_live_state(Extension.objects.all(), "purple")) == [extension]


def test_without_redis_every_state_is_unknown() -> None:
    extension = ExtensionFactory.create()
    NodeFactory.create()
    nowhere = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1"}}
    with override_settings(CACHES=nowhere):
        assert live_columns([extension]) == {extension.pk: LiveColumns()}
        assert list(with_live_state(Extension.objects.all(), UNKNOWN)) == [extension]
        assert not with_live_state(Extension.objects.all(), REACHABLE).exists()


def test_a_page_of_rows_costs_one_query(django_assert_num_queries: object) -> None:
    NodeFactory.create()
    rows = ExtensionFactory.create_batch(3)
    with django_assert_num_queries(1):  # type: ignore[operator]
        live_columns(rows)
