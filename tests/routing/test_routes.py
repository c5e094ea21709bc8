from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from routing.models import ProviderType, Route, RouteGateway
from routing.queries import routes_with_steps
from routing.services import RouteRefused, RouteStep, save_route, steps_of
from tests.factories import CustomerFactory, GatewayFactory, ProviderFactory, RouteFactory
from tests.routing.oracles import routes_for
from voipadmin.core.errors import InUse
from voipadmin.core.services import delete_object

pytestmark = pytest.mark.django_db


def names(route: Route) -> list[str]:
    return [step.gateway.name for step in steps_of(route)]


def test_a_route_is_saved_with_its_gateways_in_order_and_its_customers() -> None:
    first, second, customer = GatewayFactory.create(), GatewayFactory.create(), CustomerFactory.create()
    route = save_route(
        route=RouteFactory.build(), steps=[RouteStep(second), RouteStep(first, weight=5)], customers=[customer]
    )
    assert names(route) == [second.name, first.name]
    assert list(route.steps.values_list("position", "weight")) == [(1, 100), (2, 5)]
    assert list(route.customers.all()) == [customer]


def test_a_change_keeps_adds_reorders_and_removes_gateways() -> None:
    a, b, c = GatewayFactory.create_batch(3)
    route = save_route(route=RouteFactory.build(), steps=[RouteStep(a), RouteStep(b)])
    kept = route.steps.get(gateway=b).pk
    save_route(route=route, steps=[RouteStep(c), RouteStep(b)])
    assert names(route) == [c.name, b.name]
    assert route.steps.get(gateway=b).pk == kept


def test_a_route_needs_a_gateway() -> None:
    with pytest.raises(RouteRefused) as refusal:
        save_route(route=RouteFactory.build(), steps=[])
    assert (refusal.value.code, refusal.value.field) == ("no_gateway", "gateways")


def test_a_gateway_is_in_a_route_once() -> None:
    gateway = GatewayFactory.create()
    with pytest.raises(RouteRefused, match="twice"):
        save_route(route=RouteFactory.build(), steps=[RouteStep(gateway), RouteStep(gateway)])
    route = RouteFactory.create(gateways=[gateway])
    with pytest.raises(IntegrityError, match="route_gateway_once"), transaction.atomic():
        RouteGateway.objects.create(route=route, gateway=gateway, position=2)


def test_a_refused_step_leaves_the_whole_route_as_it_was() -> None:
    old = GatewayFactory.create()
    route = save_route(route=RouteFactory.build(priority=10), steps=[RouteStep(old)])
    numbers_only = GatewayFactory.create(provider=ProviderFactory.create(type=ProviderType.ORIGINATION))
    route.priority = 20
    with pytest.raises(ValidationError, match="sells numbers only"):
        save_route(route=route, steps=[RouteStep(GatewayFactory.create()), RouteStep(numbers_only)])
    stored = Route.objects.get(pk=route.pk)
    assert (stored.priority, names(stored)) == (10, [old.name])


def test_a_refused_new_route_leaves_nothing() -> None:
    with pytest.raises(ValidationError):
        save_route(route=RouteFactory.build(), steps=[RouteStep(GatewayFactory.create(), weight=0)])
    assert not Route.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Landline; all"),
        ("name", ""),
        ("pattern", "_0Z,1"),
        ("pattern", "0ZZ."),
        ("priority", 0),
        ("prepend", "${X}"),
        ("caller_id_number", "11"),
        ("ring_seconds", 4),
        ("strip_digits", 4),
    ],
)
def test_a_value_outside_its_grammar_is_refused_at_its_field(field: str, value: Any) -> None:
    route = RouteFactory.build(**{"pattern": "_0ZZ.", field: value})
    with pytest.raises(ValidationError) as refusal:
        save_route(route=route, steps=[RouteStep(GatewayFactory.create())])
    assert list(refusal.value.message_dict) == [field]


def test_stripping_leaves_a_digit_of_the_shortest_number() -> None:
    route = RouteFactory.build(pattern="_0ZZ.", strip_digits=3)
    save_route(route=route, steps=[RouteStep(GatewayFactory.create())])


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"pattern": "_X,1"}, "route_fits_asterisk"),
        ({"pattern": "${EXTEN}"}, "route_fits_asterisk"),
        ({"prepend": "x"}, "route_fits_asterisk"),
        ({"priority": 0}, "route_priority_positive"),
        ({"selection": "random"}, "route_selection_known"),
    ],
)
def test_the_database_refuses_what_no_form_saw(values: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        RouteFactory.create(**values)


def test_a_gateway_of_a_route_cannot_be_deleted() -> None:
    gateway = GatewayFactory.create()
    RouteFactory.create(gateways=[gateway])
    with pytest.raises(InUse, match=gateway.name):
        delete_object(gateway)


def test_a_customers_routes_are_its_own_and_those_for_all_by_priority() -> None:
    mine, other = CustomerFactory.create(), CustomerFactory.create()
    for_all = RouteFactory.create(priority=20)
    own = RouteFactory.create(priority=10, customers=[mine, other])
    RouteFactory.create(priority=5, customers=[other])
    RouteFactory.create(priority=1, enabled=False)
    assert list(routes_for(mine)) == [own, for_all]


def test_routes_are_read_with_their_gateways_in_few_queries(django_assert_num_queries: Any) -> None:
    for _position in range(3):
        RouteFactory.create(gateways=GatewayFactory.create_batch(2), customers=[CustomerFactory.create()])
    with django_assert_num_queries(3):
        for route in routes_with_steps():
            assert [step.gateway.provider.name for step in route.steps.all()]
            assert list(route.customers.all())


def test_a_changed_choice_of_customers_is_in_the_changelog() -> None:
    gateway, customer = GatewayFactory.create(), CustomerFactory.create()
    route = save_route(route=RouteFactory.build(), steps=[RouteStep(gateway)])
    save_route(route=route, steps=[RouteStep(gateway)], customers=[customer])
    entry = LogEntry.objects.get_for_object(route).latest("pk")
    assert entry.changes["customers"]["objects"] == [str(customer)]
