"""The snapshot: one moment of the database, in a stable order, with nothing in it that is not rendered."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from asterisk_sync.changes.placement import place_object
from asterisk_sync.models import Node, rendered_secret
from asterisk_sync.rendering import render_files
from asterisk_sync.rendering.parser import parse_pjsip
from asterisk_sync.snapshot import dns
from asterisk_sync.snapshot.loader import load_snapshot
from asterisk_sync.snapshot.numbers import count_dids
from customers.models import CustomerStatus, CustomerType
from numbering.models import DestinationType
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.customers import CustomerFactory, ExtensionFactory, TrunkAddressFactory
from tests.factories.numbering import DIDAllocationFactory
from tests.factories.routing import GatewayFactory, RouteFactory
from voipadmin.core.numbering_plan.queries import current_plan

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=1)]


@pytest.fixture
def node() -> Node:
    node = NodeFactory.create()
    rendered_secret(node)  # The first one is made with the first set.
    return node


@pytest.fixture(autouse=True)
def _nothing_resolved_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dns, "_last_known", {})


def test_the_number_of_queries_does_not_grow_with_the_objects(node: Node) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            load_snapshot(node)
        return len(captured)

    current_plan()  # The first reading of the plan's rows is kept.
    few = queries()
    for _ in range(5):
        ExtensionFactory.create()
        TrunkAddressFactory.create()
        DIDAllocationFactory.create()
        RouteFactory.create(gateways=[GatewayFactory.create()], customers=[CustomerFactory.create()])
    assert queries() == few
    assert few < 17


@pytest.mark.parametrize(
    ("own", "main_number", "area"), [("19", "551140001000", "19"), ("", "551140001000", "11"), ("", "", "")]
)
def test_the_home_area_is_the_customers_own_or_else_that_of_its_main_number(
    node: Node, own: str, main_number: str, area: str
) -> None:
    customer = CustomerFactory.create(home_area=own, caller_id_number=main_number)
    ExtensionFactory.create(customer=customer, home_area="21")
    (found,) = load_snapshot(node).customers
    assert (found.home_area, found.extensions[0].home_area) == (area, "21")


@pytest.mark.parametrize(
    ("own_area", "forward_to", "forwards"),
    [
        ("21", "34001234", "+552134001234"),
        ("", "987654321", "+5511987654321"),
        ("21", "40041234", "40041234"),
        ("21", "01134001234", "01134001234"),
        ("21", "190", "190"),
        ("21", "22334455", "22334455"),
    ],
)
def test_a_telephone_forwards_to_the_local_number_of_its_own_area_whoever_calls(
    node: Node, own_area: str, forward_to: str, forwards: str
) -> None:
    customer = CustomerFactory.create(home_area="11", caller_id_number="")
    ExtensionFactory.create(customer=customer, number="1001", home_area=own_area, forward_to=forward_to)
    ExtensionFactory.create(customer=customer, number="22334455")
    assert load_snapshot(node).customers[0].extensions[0].forward_to == forwards


def test_a_local_forward_without_any_area_stays_as_it_is(node: Node) -> None:
    customer = CustomerFactory.create(home_area="", caller_id_number="")
    ExtensionFactory.create(customer=customer, forward_to="34001234")
    assert load_snapshot(node).customers[0].extensions[0].forward_to == "34001234"


@pytest.mark.django_db(transaction=True)
def test_it_is_read_in_one_read_only_moment(node: Node) -> None:
    with CaptureQueriesContext(connection) as captured:
        load_snapshot(node)
    secret, _begin, moment = (query["sql"] for query in captured.captured_queries[:3])
    assert "agisecret" in secret
    assert "REPEATABLE READ, READ ONLY" in moment


def test_a_closed_customer_is_not_in_it_and_neither_are_its_numbers(node: Node) -> None:
    closed = CustomerFactory.create(status=CustomerStatus.CLOSED, type=CustomerType.EXTENSION)
    extension = ExtensionFactory.create(customer=closed)
    DIDAllocationFactory.create(customer=closed, destination_type=DestinationType.EXTENSION, extension=extension)
    snapshot = load_snapshot(node)
    assert (snapshot.customers, snapshot.dids) == ((), ())


def test_the_secret_of_a_disabled_extension_is_not_in_it(node: Node) -> None:
    extension = ExtensionFactory.create(enabled=False)
    loaded = load_snapshot(node).customers[0].extensions[0]
    assert (loaded.number, loaded.secret) == (extension.number, "")


def test_secrets_do_not_show_when_a_snapshot_is_printed(node: Node) -> None:
    extension = ExtensionFactory.create()
    GatewayFactory.create(username="5511", secret="gatewaysecret")
    shown = repr(load_snapshot(node))
    assert extension.secret not in shown
    assert "gatewaysecret" not in shown


def test_a_route_for_a_closed_customer_does_not_become_one_for_all(node: Node) -> None:
    closed = CustomerFactory.create(status=CustomerStatus.CLOSED)
    RouteFactory.create(gateways=[GatewayFactory.create()], customers=[closed])
    assert load_snapshot(node).routes[0].customers == (closed.code,)


def test_a_disabled_gateway_is_left_out_of_its_routes(node: Node) -> None:
    kept, disabled = GatewayFactory.create(), GatewayFactory.create(enabled=False)
    RouteFactory.create(gateways=[disabled, kept])
    snapshot = load_snapshot(node)
    assert [gateway.name for gateway in snapshot.gateways] == [kept.name]
    assert [step.gateway for step in snapshot.routes[0].steps] == [kept.name]


def test_an_ended_allocation_is_not_in_it(node: Node) -> None:
    allocation = DIDAllocationFactory.create()
    assert len(load_snapshot(node).dids) == 1
    allocation.ends_at = allocation.starts_at
    allocation.save()
    assert load_snapshot(node).dids == ()


def answering(addresses: dict[str, tuple[str, ...]]) -> Callable[[str], tuple[str, ...]]:
    return lambda host: addresses.get(host, ())


def test_a_host_name_is_rendered_as_the_addresses_that_it_has_now(node: Node) -> None:
    gateway = GatewayFactory.create(host="sip.example.com")
    found = load_snapshot(node, resolver=answering({"sip.example.com": ("198.51.100.4", "198.51.100.5")}))
    items = parse_pjsip(render_files(found, 1)["pjsip_gateways.conf"])
    matches = [item.values("match") for item in items if item.type == "identify" and item.name == gateway.name]
    assert matches == [["198.51.100.4", "198.51.100.5"]]


def test_a_name_that_fails_now_keeps_the_addresses_that_it_had(node: Node) -> None:
    GatewayFactory.create(host="sip.example.com")
    load_snapshot(node, resolver=answering({"sip.example.com": ("198.51.100.4",)}))
    assert load_snapshot(node, resolver=answering({})).gateways[0].addresses == ("198.51.100.4",)


def test_a_name_that_never_resolved_has_no_address(node: Node) -> None:
    GatewayFactory.create(host="sip.example.com")
    assert load_snapshot(node, resolver=answering({})).gateways[0].addresses == ()


def test_a_name_that_points_at_this_machine_is_not_believed(node: Node, settings: Any) -> None:
    settings.ALLOWED_SPECIAL_NETWORKS = []
    GatewayFactory.create(host="sip.example.com")
    answers = answering({"sip.example.com": ("127.0.0.1", "169.254.169.254", "198.51.100.4")})
    assert load_snapshot(node, resolver=answers).gateways[0].addresses == ("198.51.100.4",)


def placed(node: Node, *objects: Any) -> None:
    for item in objects:
        place_object(instance=item, nodes=[node])


def test_a_node_loads_what_lives_on_it_and_what_lives_everywhere(node: Node) -> None:
    other = NodeFactory.create()
    here, there, everywhere = (ExtensionFactory.create() for _ in range(3))
    placed(node, here.customer)
    placed(other, there.customer)
    trunks = [TrunkAddressFactory.create() for _ in range(2)]
    placed(other, trunks[0].customer)
    snapshot = load_snapshot(node)
    codes = {customer.code for customer in snapshot.customers}
    assert codes == {here.customer.code, everywhere.customer.code, trunks[1].customer.code}
    assert snapshot.counts()["extensions"] == 2
    assert next(customer.addresses for customer in snapshot.customers if customer.addresses)[0].network == (
        trunks[1].network
    )
    assert {customer.code for customer in load_snapshot(other).customers} == {
        there.customer.code,
        everywhere.customer.code,
        trunks[0].customer.code,
        trunks[1].customer.code,
    }


def test_a_route_has_the_steps_whose_gateways_live_here_and_is_left_out_without_any(node: Node) -> None:
    other = NodeFactory.create()
    here, there, everywhere = GatewayFactory.create(), GatewayFactory.create(), GatewayFactory.create()
    placed(node, here)
    placed(other, there)
    mixed = RouteFactory.create(gateways=[there, here, everywhere])
    away = RouteFactory.create(gateways=[there])
    found = {route.id: [step.gateway for step in route.steps] for route in load_snapshot(node).routes}
    assert found == {mixed.pk: [here.name, everywhere.name]}
    assert set(found) | {away.pk} == {route.id for route in load_snapshot(other).routes}
    assert [gateway.name for gateway in load_snapshot(other).gateways] == sorted([there.name, everywhere.name])


def test_a_route_for_customers_of_other_nodes_does_not_become_one_for_all(node: Node) -> None:
    here, there = CustomerFactory.create(), CustomerFactory.create()
    placed(NodeFactory.create(), there)
    gateway = GatewayFactory.create()
    RouteFactory.create(gateways=[gateway], customers=[there])
    shared = RouteFactory.create(gateways=[gateway], customers=[here, there])
    assert [(route.id, route.customers) for route in load_snapshot(node).routes] == [(shared.pk, (here.code,))]


def test_a_number_is_where_its_customer_lives_and_its_own_placement_narrows_that(node: Node) -> None:
    other = NodeFactory.create()
    follows, narrowed, astray = (DIDAllocationFactory.create() for _ in range(3))
    placed(node, follows.customer, astray.customer)
    placed(other, narrowed.did, astray.did)
    assert [did.number for did in load_snapshot(node).dids] == [follows.did.number]
    assert [did.number for did in load_snapshot(other).dids] == [narrowed.did.number]


def test_a_number_to_an_extension_names_it(node: Node) -> None:
    extension = ExtensionFactory.create()
    DIDAllocationFactory.create(
        customer=extension.customer, destination_type=DestinationType.EXTENSION, extension=extension
    )
    assert load_snapshot(node).dids[0].extension == extension.sip_username


def test_the_number_of_queries_of_a_share_does_not_grow_with_the_objects(node: Node) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            load_snapshot(node)
        return len(captured)

    def more() -> None:
        allocation, gateway = DIDAllocationFactory.create(), GatewayFactory.create()
        RouteFactory.create(gateways=[gateway])
        placed(node, ExtensionFactory.create().customer, allocation.customer, allocation.did, gateway)

    more()
    few = queries()
    for _ in range(4):
        more()
    assert queries() == few
    assert few < 17
    assert few < 17


def test_customers_that_are_named_come_alone_with_every_route_and_gateway(node: Node) -> None:
    kept = DIDAllocationFactory.create().customer
    DIDAllocationFactory.create()
    TrunkAddressFactory.create(customer=kept)
    TrunkAddressFactory.create()
    RouteFactory.create(gateways=[GatewayFactory.create()], customers=[CustomerFactory.create()])
    whole, part = load_snapshot(node), load_snapshot(node, customers=[kept.pk])
    assert part.customers == tuple(customer for customer in whole.customers if customer.id == kept.pk)
    assert part.dids == tuple(did for did in whole.dids if did.customer == kept.code)
    assert (part.routes, part.gateways) == (whole.routes, whole.gateways)
    assert len(part.customers) == len(part.dids) == 1


def test_numbers_are_counted_as_they_are_loaded(node: Node) -> None:
    first, second = DIDAllocationFactory.create(), DIDAllocationFactory.create()
    DIDAllocationFactory.create(customer=CustomerFactory.create(status=CustomerStatus.CLOSED))
    assert count_dids(node) == len(load_snapshot(node).dids) == 2
    other = NodeFactory.create()
    place_object(instance=first.did, nodes=[other])
    place_object(instance=second.customer, nodes=[other])
    for each in (node, other):
        assert count_dids(each) == len(load_snapshot(each).dids)
    assert count_dids(other) == 2
