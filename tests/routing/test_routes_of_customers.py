import pytest

from customers.models import Customer
from routing.models import Route
from tests.factories import CustomerFactory, RouteFactory
from tests.routing.oracles import routes_for
from voipadmin.core.errors import InUse
from voipadmin.core.services import delete_object

pytestmark = pytest.mark.django_db


def test_deleting_the_only_customer_of_a_route_does_not_open_it_to_all() -> None:
    mine, other = CustomerFactory.create(), CustomerFactory.create()
    route = RouteFactory.create(customers=[mine])
    with pytest.raises(InUse, match=route.name):
        delete_object(mine)
    assert list(Route.objects.get().customers.all()) == [mine]
    assert list(routes_for(other)) == []


def test_a_customer_that_shares_its_routes_can_be_deleted() -> None:
    mine, other = CustomerFactory.create(), CustomerFactory.create()
    route = RouteFactory.create(customers=[mine, other])
    RouteFactory.create()
    delete_object(mine)
    assert list(Customer.objects.all()) == list(route.customers.all()) == [other]
