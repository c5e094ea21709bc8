"""Whose calls nobody answers for: what the dashboard and the doctor say."""

import pytest
from django.core.cache import cache

from asterisk_sync.authorizer.heartbeat import record_heartbeat, unanswered_nodes
from asterisk_sync.changes.placement import place_object
from customers.models import CustomerStatus
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.customers import CustomerFactory

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
