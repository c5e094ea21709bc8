"""Where objects live: who is told of a change, who is told of a move, and what the page and the API say of it."""

from collections.abc import Callable
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asterisk_sync.changes.placement import NotPlaceableError, chosen_nodes, nodes_carrying, nodes_of_each, place_object
from asterisk_sync.changes.queries import sync_state_of
from asterisk_sync.models import Node, OutboxEntry, Placement
from numbering.models import DID
from numbering.services import release_did
from tests.api.client import ApiClient
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.customers import CustomerFactory, ExtensionFactory, TrunkAddressFactory
from tests.factories.numbering import DIDAllocationFactory, DIDFactory
from tests.factories.routing import GatewayFactory, RouteFactory
from tests.factories.users import UserFactory
from voipadmin.core.errors import InUse
from voipadmin.core.pages.changelog import changelog_of
from voipadmin.core.services import delete_object
from voipadmin.core.signals import objects_changed
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow(seconds=0.3)]

Nodes = dict[str, Node]


@pytest.fixture
def nodes() -> Nodes:
    return {name: NodeFactory.create(name=name) for name in "abc"}


def wanted() -> dict[str, int]:
    return dict(Node.objects.values_list("name", "desired_generation"))


def told_by(change: Callable[[], object]) -> str:
    """Return the names of the nodes whose wanted generation a change raises."""
    before = wanted()
    change()
    return "".join(name for name, number in sorted(wanted().items()) if number > before.get(name, 0))


def place(nodes: Nodes, item: Any, names: str) -> str:
    return told_by(lambda: place_object(instance=item, nodes=[nodes[name] for name in names]))


def carried(item: Any) -> str:
    return "".join(sorted(Node.objects.filter(pk__in=nodes_carrying(item)).values_list("name", flat=True)))


def changed(item: Any, name: str, value: object) -> str:
    setattr(item, name, value)
    return told_by(item.save)


def test_a_move_tells_the_nodes_that_are_left_and_entered_and_no_other(nodes: Nodes) -> None:
    customer = CustomerFactory.create()
    assert carried(customer) == "abc"
    assert place(nodes, customer, "ab") == "c"
    assert carried(customer) == "ab"
    assert place(nodes, customer, "bc") == "ac"
    assert place(nodes, customer, "bc") == ""
    assert place(nodes, customer, "") == "a"
    assert chosen_nodes(customer) == []
    moves = OutboxEntry.objects.filter(object_id=str(customer.pk), action="placed")
    assert moves.count() == 4


def test_what_belongs_to_a_customer_tells_the_customers_nodes_only(nodes: Nodes) -> None:
    extension, address = ExtensionFactory.create(), TrunkAddressFactory.create()
    place(nodes, extension.customer, "a")
    place(nodes, address.customer, "bc")
    assert changed(extension, "number", "4444") == "a"
    assert changed(address, "port", 5070) == "bc"
    assert told_by(extension.delete) == "a"


def test_what_changes_its_customer_tells_the_nodes_of_both(nodes: Nodes) -> None:
    address, other = TrunkAddressFactory.create(), CustomerFactory.create()
    place(nodes, address.customer, "a")
    place(nodes, other, "c")
    assert changed(address, "customer", other) == "ac"


def test_a_route_tells_the_nodes_of_its_gateways(nodes: Nodes) -> None:
    first, second = GatewayFactory.create(), GatewayFactory.create()
    place(nodes, first, "a")
    place(nodes, second, "b")
    route = RouteFactory.create(gateways=[first])
    assert changed(route, "priority", 3) == "a"
    step = route.steps.get()
    assert changed(step, "gateway", second) == "ab"
    assert told_by(lambda: route.customers.add(CustomerFactory.create())) == "abc", "a new customer lives everywhere"
    assert told_by(route.customers.clear) == "b"


def test_a_number_is_where_its_customer_and_its_own_placement_meet(nodes: Nodes) -> None:
    allocation = DIDAllocationFactory.create()
    number, customer = allocation.did, allocation.customer
    place(nodes, customer, "ab")
    assert carried(number) == "ab"
    assert place(nodes, number, "bc") == "a"
    assert carried(number) == carried(allocation) == "b"
    assert place(nodes, customer, "a") == "b"
    assert carried(number) == ""


def test_a_released_number_tells_the_nodes_that_had_it(nodes: Nodes) -> None:
    allocation = DIDAllocationFactory.create()
    place(nodes, allocation.customer, "c")
    assert told_by(lambda: release_did(did=allocation.did)) == "c"
    assert sync_state_of(allocation.did) is not None
    assert sync_state_of(DIDFactory.create()) is None


def test_a_deleted_customer_tells_the_nodes_on_which_it_lived(nodes: Nodes) -> None:
    extension = ExtensionFactory.create()
    place(nodes, extension.customer, "b")
    assert told_by(extension.customer.delete) == "b"
    assert not Placement.objects.exists()


def test_many_objects_at_once_tell_each_node_of_its_own(nodes: Nodes) -> None:
    numbers = []
    for name in "aab":
        allocation = DIDAllocationFactory.create()
        place(nodes, allocation.customer, name)
        numbers.append(allocation.did)
    before = wanted()
    with transaction.atomic():
        objects_changed.send(sender=DID, objects=numbers)
    assert wanted() == before | {"a": before["a"] + 1, "b": before["b"] + 1}
    assert OutboxEntry.objects.filter(node=nodes["a"], generation=before["a"] + 1).count() == 2
    assert OutboxEntry.objects.filter(node=nodes["b"], generation=before["b"] + 1).count() == 1


def test_many_objects_are_looked_up_together(nodes: Nodes) -> None:
    items = [DIDAllocationFactory.create().did for _ in range(6)]
    place(nodes, items[0], "a")

    def queries(count: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            nodes_of_each(items[:count])
        return len(captured)

    assert queries(6) == queries(2)


def test_a_disabled_node_carries_nothing_and_keeps_what_was_chosen(nodes: Nodes) -> None:
    customer = CustomerFactory.create()
    place(nodes, customer, "ab")
    nodes["a"].enabled = False
    nodes["a"].save()
    assert carried(customer) == "b"
    assert [node.name for node in chosen_nodes(customer)] == ["a", "b"]


def test_a_node_is_not_deleted_while_something_lives_on_it_by_choice(nodes: Nodes) -> None:
    customer = CustomerFactory.create()
    place(nodes, customer, "a")
    with pytest.raises(InUse):
        delete_object(nodes["a"])
    place(nodes, customer, "")
    delete_object(nodes["a"])


def test_what_follows_others_cannot_be_placed(nodes: Nodes) -> None:
    with pytest.raises(NotPlaceableError):
        place(nodes, ExtensionFactory.create(), "a")


def test_a_move_is_in_the_changelog_with_its_author(nodes: Nodes) -> None:
    customer = CustomerFactory.create()
    client = client_of(Role.OPERATOR)
    page = reverse("asterisk_sync:place_customer", args=[customer.pk])
    answer = client.post(page, {"nodes": [str(nodes["a"].pk), str(nodes["c"].pk)]})
    assert answer.status_code == 302
    assert carried(customer) == "ac"
    change = changelog_of(customer).saves[0].first
    assert [(field.before, field.after) for field in change.fields] == [("every node", "a, c")]
    assert LogEntry.objects.get_for_object(customer).first().actor.role == Role.OPERATOR
    assert set(OutboxEntry.objects.filter(action="placed").values_list("actor", flat=True)) == {change.actor}


def client_of(role: Role) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(UserFactory.create(role=role))
    return client


def panel(client: Client, item: Any) -> str:
    name = item._meta.model_name
    return client.get(reverse(f"asterisk_sync:nodes_of_{name}", args=[item.pk])).content.decode()


def test_the_panel_says_where_an_object_lives_and_leads_those_who_may_to_the_choice(nodes: Nodes) -> None:
    gateway = GatewayFactory.create()
    operator, viewer = client_of(Role.OPERATOR), client_of(Role.VIEWER)
    assert "Every node" in panel(operator, gateway)
    place(nodes, gateway, "b")
    shown = panel(operator, gateway)
    assert ">b</a>" in shown
    assert ">a</a>" not in shown
    change = reverse("asterisk_sync:place_gateway", args=[gateway.pk])
    assert change in shown
    assert change not in panel(viewer, gateway)
    form = operator.get(change).content.decode()
    assert form.count("checked") == 1
    page = operator.get(gateway.get_absolute_url()).content.decode()
    assert reverse("asterisk_sync:nodes_of_gateway", args=[gateway.pk]) in page


def test_there_is_no_panel_where_there_is_no_choice() -> None:
    NodeFactory.create()
    assert panel(client_of(Role.OPERATOR), CustomerFactory.create()) == ""


def test_a_number_whose_gateway_lives_elsewhere_is_warned_of(nodes: Nodes) -> None:
    gateway = GatewayFactory.create()
    allocation = DIDAllocationFactory.create(did__gateway=gateway, did__provider=gateway.provider)
    client = client_of(Role.OPERATOR)
    place(nodes, allocation.customer, "a")
    assert "cannot ring" not in panel(client, allocation.did)
    place(nodes, gateway, "bc")
    assert "Its only gateway lives on other nodes" in panel(client, allocation.did)
    place(nodes, gateway, "ab")
    assert "cannot ring" not in panel(client, allocation.did)
    place(nodes, allocation.did, "b")
    assert "no node on which its customer lives" in panel(client, allocation.did)


def test_the_api_tells_and_chooses_the_nodes(nodes: Nodes) -> None:
    allocation = DIDAllocationFactory.create()
    client = ApiClient(UserFactory.create(role=Role.OPERATOR))
    path = f"/customers/{allocation.customer.pk}/nodes"
    everywhere = sorted(str(node.pk) for node in nodes.values())
    assert client.get(path).json() == {"nodes": [], "carried_by": everywhere}
    chosen = [str(nodes["b"].pk)]
    assert client.request("PUT", path, {"nodes": chosen}).json() == {"nodes": chosen, "carried_by": chosen}
    assert client.get(f"/dids/{allocation.did.pk}/nodes").json() == {"nodes": [], "carried_by": chosen}
    missing = client.request("PUT", path, {"nodes": [str(allocation.pk)]})
    assert missing.status_code == 422
    assert carried(allocation.customer) == "b"


def test_people_of_a_customer_are_not_told_of_nodes(nodes: Nodes) -> None:
    customer = CustomerFactory.create()
    client = ApiClient(UserFactory.create(role=Role.CUSTOMER, customers=[customer]))
    assert client.get(f"/customers/{customer.pk}/nodes").json() == {"nodes": None, "carried_by": None}
