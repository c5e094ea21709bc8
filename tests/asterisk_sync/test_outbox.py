"""Every change becomes intent, in its own transaction, once per node."""

import threading
from collections.abc import Callable
from contextvars import copy_context
from http import HTTPStatus

import pytest
from auditlog.context import set_actor
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from asterisk_sync.changes import outbox
from asterisk_sync.models import Node, OutboxEntry, SyncState
from customers.models import Customer, Extension
from numbering.models import DID, DestinationType
from routing.models import Gateway, RouteGateway
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.customers import CustomerFactory, ExtensionFactory, TrunkAddressFactory
from tests.factories.numbering import DIDAllocationFactory, DIDFactory
from tests.factories.routing import GatewayFactory, RouteFactory
from tests.factories.users import UserFactory
from voipadmin.core.signals import objects_changed
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pbx() -> Node:
    return NodeFactory.create(name="pbx")


@pytest.fixture
def wakes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    seen: list[str] = []
    monkeypatch.setattr(outbox, "wake_worker", lambda node_id: seen.append(str(node_id)))
    return seen


def save_and_fail(code: str) -> None:
    with transaction.atomic():
        CustomerFactory.create(code=code)
        raise ZeroDivisionError


def wanted(node: Node) -> int:
    return Node.objects.values_list("desired_generation", flat=True).get(pk=node.pk)


def test_a_new_node_wants_its_first_generation(pbx: Node) -> None:
    assert wanted(pbx) == 1
    assert Node.objects.get(pk=pbx.pk).is_pending


@pytest.mark.slow(seconds=0.3)
def test_each_kind_of_object_raises_the_wanted_generation_when_created_changed_and_deleted(pbx: Node) -> None:
    trunk, desk = TrunkAddressFactory.create(), ExtensionFactory.create()
    gateway = GatewayFactory.create()
    route = RouteFactory.create(gateways=[gateway])
    allocation = DIDAllocationFactory.create(customer=trunk.customer)
    changes = [
        (trunk, "port", 5080),
        (desk, "number", "4321"),
        (gateway, "host", "198.18.9.9"),
        (route, "priority", 3),
        (route.steps.get(), "weight", 7),
        (allocation.did, "status", "blocked"),
        (allocation, "forward_to", "551140001000"),
        (trunk.customer, "channel_limit", 3),
    ]
    allocation.destination_type = DestinationType.FORWARD
    for instance, name, value in changes:
        before = wanted(pbx)
        setattr(instance, name, value)
        instance.save()
        assert wanted(pbx) == before + 1, instance
    for instance in (allocation, route, gateway, trunk, desk):
        before, key = wanted(pbx), str(instance.pk)
        instance.delete()
        assert wanted(pbx) > before, instance
        assert OutboxEntry.objects.filter(object_id=key, action="deleted").exists()


def test_what_no_file_holds_changes_nothing(pbx: Node) -> None:
    customer, number, provider = CustomerFactory.create(), DIDFactory.create(), GatewayFactory.create().provider
    before = wanted(pbx)
    customer.notes, number.notes, provider.notes = "called on Monday", "from the old carrier", "net 30"
    for instance in (customer, number, provider):
        instance.save()
    customer.save()
    UserFactory.create()
    assert wanted(pbx) == before


def test_a_number_that_nobody_ever_had_is_on_no_node(pbx: Node) -> None:
    before = wanted(pbx)
    number = DIDFactory.create()
    number.delete()
    assert wanted(pbx) == before


def test_customers_of_a_route_count_from_either_side(pbx: Node) -> None:
    route, customer = RouteFactory.create(), CustomerFactory.create()
    steps: list[Callable[[], None]] = [
        lambda: route.customers.add(customer),
        route.customers.clear,
        lambda: customer.routes.add(route),
        lambda: customer.routes.remove(route),
        lambda: route.customers.set([customer]),
        customer.routes.clear,
    ]
    for step in steps:
        before = wanted(pbx)
        step()
        assert wanted(pbx) == before + 1
    assert set(OutboxEntry.objects.filter(action="changed").values_list("object_id", flat=True)) == {str(route.pk)}


def test_a_bulk_write_counts_through_its_signal(pbx: Node) -> None:
    numbers = [allocation.did for allocation in DIDAllocationFactory.create_batch(3)]
    before = wanted(pbx)
    with transaction.atomic():
        DID.objects.update(status="blocked")
        objects_changed.send(sender=DID, objects=numbers)
    assert wanted(pbx) == before + 1
    assert OutboxEntry.objects.filter(node=pbx, generation=before + 1).count() == 3


def test_one_transaction_is_one_generation_and_one_wake(pbx: Node, wakes: list[str]) -> None:
    before = wanted(pbx)
    with transaction.atomic():
        customer = CustomerFactory.create(type="extension")
        ExtensionFactory.create_batch(20, customer=customer)
        assert wakes == []
    assert wanted(pbx) == before + 1
    assert OutboxEntry.objects.filter(node=pbx, generation=before + 1).count() == 21
    assert wakes == [str(pbx.pk)]


def test_a_rolled_back_change_leaves_no_intent_and_no_wake(pbx: Node, wakes: list[str]) -> None:
    before = wanted(pbx)
    with pytest.raises(ZeroDivisionError):
        save_and_fail("LOST")
    assert wanted(pbx) == before
    assert not OutboxEntry.objects.filter(object_label="customers.customer").exists()
    assert wakes == []


def test_a_rolled_back_savepoint_does_not_hide_what_comes_after_it(pbx: Node, wakes: list[str]) -> None:
    before = wanted(pbx)
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError):
            save_and_fail("LOST")
        CustomerFactory.create(code="KEPT")
    assert wanted(pbx) == before + 1
    names = OutboxEntry.objects.filter(object_label="customers.customer").values_list("object_name", flat=True)
    assert [name.partition(" ")[0] for name in names] == ["KEPT"]
    assert wakes == [str(pbx.pk)]


def test_every_enabled_node_hears_of_a_change_and_a_disabled_one_when_it_is_enabled(pbx: Node) -> None:
    other, asleep = NodeFactory.create(), NodeFactory.create(enabled=False)
    CustomerFactory.create()
    assert [wanted(node) for node in (pbx, other, asleep)] == [2, 2, 0]
    asleep.enabled = True
    asleep.save()
    assert wanted(asleep) == 1


def test_a_change_says_who_made_it(pbx: Node) -> None:
    user = UserFactory.create(username="ana")

    def change() -> Customer:
        with set_actor(user):
            return CustomerFactory.create()

    # The audit log leaves its actor behind in the context that it was set in.
    customer = copy_context().run(change)
    assert OutboxEntry.objects.get(object_id=str(customer.pk)).actor == "ana"


def test_what_a_thread_does_after_a_request_is_not_that_users_doing(pbx: Node, client: Client) -> None:
    client.force_login(UserFactory.create(username="ana", role=Role.ADMIN))
    assert client.get(reverse("customers:customer_list")).status_code == HTTPStatus.OK
    customer = CustomerFactory.create()
    assert OutboxEntry.objects.get(object_id=str(customer.pk)).actor == ""


def test_a_change_makes_the_node_pending_and_leaves_an_unreachable_one_so(pbx: Node) -> None:
    down = NodeFactory.create()
    Node.objects.filter(pk=pbx.pk).update(state=SyncState.APPLIED)
    Node.objects.filter(pk=down.pk).update(state=SyncState.UNREACHABLE)
    CustomerFactory.create()
    assert Node.objects.get(pk=pbx.pk).state == SyncState.PENDING
    assert Node.objects.get(pk=down.pk).state == SyncState.UNREACHABLE


def test_two_transactions_at_once_both_count(pbx: Node) -> None:
    before = wanted(pbx)
    barrier = threading.Barrier(4)

    def save() -> None:
        barrier.wait()
        with transaction.atomic():
            CustomerFactory.create()
        connection.close()

    threads = [threading.Thread(target=save) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wanted(pbx) == before + 4
    assert Customer.objects.count() == 4


def test_a_deleted_customer_takes_its_extensions_along_in_the_history(pbx: Node) -> None:
    extension: Extension = ExtensionFactory.create()
    extension.customer.delete()
    labels = set(OutboxEntry.objects.filter(action="deleted").values_list("object_label", flat=True))
    assert labels == {"customers.customer", "customers.extension"}


def test_a_gateway_that_leaves_a_route_counts(pbx: Node) -> None:
    gateway: Gateway = GatewayFactory.create()
    RouteFactory.create(gateways=[gateway])
    before = wanted(pbx)
    RouteGateway.objects.get().delete()
    assert wanted(pbx) == before + 1
