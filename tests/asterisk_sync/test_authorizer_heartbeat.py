"""Whose calls nobody answers for: what the dashboard and the doctor say."""

import pytest
from django.core.cache import cache
from redis.exceptions import RedisError

from asterisk_sync.authorizer import heartbeat
from asterisk_sync.authorizer.heartbeat import record_heartbeat, unanswered_nodes
from asterisk_sync.changes.placement import place_object
from asterisk_sync.tasks import watch_authorizers
from customers.models import CustomerStatus
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.customers import CustomerFactory
from voipadmin.core.models import Alarm

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_signs() -> None:
    cache.clear()


def test_a_node_with_any_customer_has_to_be_answered() -> None:
    node = NodeFactory.create()
    assert unanswered_nodes() == []
    CustomerFactory.create(status=CustomerStatus.CLOSED)
    assert unanswered_nodes() == []
    CustomerFactory.create()
    assert unanswered_nodes() == [node]
    record_heartbeat([node.pk])
    assert unanswered_nodes() == []


def test_a_node_without_customers_of_its_own_asks_nobody() -> None:
    here, there = NodeFactory.create(), NodeFactory.create()
    place_object(instance=CustomerFactory.create(), nodes=[here])
    assert unanswered_nodes() == [here]
    CustomerFactory.create()
    assert set(unanswered_nodes()) == {here, there}


def test_a_disabled_node_is_not_asked_for() -> None:
    NodeFactory.create(enabled=False)
    CustomerFactory.create()
    assert unanswered_nodes() == []


def open_ones() -> list[str]:
    return sorted(Alarm.objects.filter(kind="authorizer_away", closed_at=None).values_list("subject", flat=True))


def test_a_node_that_nobody_answers_has_an_alarm_until_somebody_does() -> None:
    here, there = NodeFactory.create(), NodeFactory.create()
    CustomerFactory.create()
    watch_authorizers()
    assert open_ones() == sorted([str(here.pk), str(there.pk)])
    record_heartbeat([here.pk])
    watch_authorizers()
    assert open_ones() == [str(there.pk)]
    record_heartbeat([there.pk])
    watch_authorizers()
    assert open_ones() == []


def test_where_redis_is_away_nothing_is_said_to_be_over(monkeypatch: pytest.MonkeyPatch) -> None:
    node = NodeFactory.create()
    CustomerFactory.create()
    watch_authorizers()

    class Away:
        def __getattr__(self, _name: str) -> None:
            raise RedisError

    monkeypatch.setattr(heartbeat, "cache", Away())
    watch_authorizers()
    assert open_ones() == [str(node.pk)]
