"""The simulator's page and its API, for people who ask well and for those who do not."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from asterisk_sync.models import Node
from customers.models import Customer, CustomerStatus, CustomerType
from routing.models import Route
from tests.api.client import ApiClient
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.billing import TariffFactory
from tests.factories.customers import CustomerFactory, ExtensionFactory, TrunkAddressFactory
from tests.factories.routing import GatewayFactory, RouteFactory
from tests.factories.users import UserFactory
from voipadmin.core.models import OperatorRange
from voipadmin.core.numbers.patterns import example_number, parse_pattern
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=1)]
NUMBER = "011987654321"


@pytest.fixture
def node() -> Node:
    made: Node = NodeFactory.create(name="lab")
    return made


@pytest.fixture
def acme(node: Node) -> Customer:
    customer = CustomerFactory.create(code="ACME")
    TrunkAddressFactory.create(customer=customer)
    return customer


@pytest.fixture
def route(node: Node) -> Route:
    TariffFactory.create(pattern="5511")
    made: Route = RouteFactory.create(name="Mobile", pattern="_0.", gateways=[GatewayFactory.create(name="GW_Vivo")])
    return made


@pytest.fixture
def client() -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(UserFactory.create(role=Role.VIEWER), backend="voipadmin.users.backends.RoleBackend")
    return client


def asked(client: Client, question: dict[str, Any], **headers: str) -> str:
    values = {"direction": "out", "number": NUMBER, "seconds": "60"} | question
    answer = client.get(reverse("asterisk_sync:simulator"), values, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_shows_gateways_money_and_every_route(client: Client, acme: Customer, route: Route) -> None:
    RouteFactory.create(name="Abroad", pattern="_00.", gateways=[GatewayFactory.create()])
    page = asked(client, {"customer": acme.pk})
    for text in (
        "Goes out by a gateway",
        "GW_Vivo",
        "5511987654321",
        "Tried first",
        "Abroad",
        "Margin",
        "va-level-10-1",
    ):
        assert text in page
    assert "1 route whose pattern does not fit" in page


def test_numbers_may_be_written_as_people_write_them(client: Client, acme: Customer, route: Route) -> None:
    assert "5511987654321" in asked(client, {"customer": acme.pk, "number": "(011) 98765-4321"})


def test_htmx_gets_the_region_alone(client: Client, acme: Customer, route: Route) -> None:
    assert "<html" not in asked(client, {"customer": acme.pk}, **{"HX-Request": "true"})


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ({"number": "abc"}, "is no number of any country"),
        ({"number": "01a"}, "is no number"),
        ({"number": ""}, "This field is required."),
        ({"number": "0" * 70}, "at most 60 characters"),
        ({"number": "0" * 50}, "at most 40 characters"),
        ({"number": "0\x00"}, "Null characters are not allowed."),
        ({"number": "0é"}, "special characters"),
        ({"number": "${SHELL(id)}"}, "is no number of any country"),
        ({"customer": ""}, "Choose who calls."),
        ({"customer": "not-a-uuid"}, "valid"),
        ({"customer": str(uuid4())}, "This names none, or more than one."),
        ({"direction": "in"}, "Choose who calls."),
        ({"direction": "sideways"}, "valid choice"),
        ({"extension": "9999"}, "no such extension"),
        ({"at": "yesterday"}, "Enter a valid date/time."),
        ({"seconds": "-1"}, "greater than or equal to 0"),
        ({"caller_id": "é"}, "special characters"),
        ({"node": str(uuid4())}, "valid choice"),
    ],
)
def test_a_bad_question_gets_a_clear_answer(
    client: Client, acme: Customer, route: Route, question: dict[str, str], text: str
) -> None:
    assert text in asked(client, {"customer": str(acme.pk)} | question)


@pytest.mark.parametrize(
    ("status", "text"), [(CustomerStatus.SUSPENDED, "is suspended"), (CustomerStatus.CLOSED, "is closed")]
)
def test_a_customer_that_may_not_call_is_explained(
    client: Client, acme: Customer, route: Route, status: CustomerStatus, text: str
) -> None:
    acme.status = status
    acme.save()
    assert text in asked(client, {"customer": acme.pk})


def test_an_emergency_number_without_a_route_is_an_alarm(client: Client, acme: Customer, route: Route) -> None:
    assert "This is an emergency number, and the call would not get out." in asked(
        client, {"customer": acme.pk, "number": "190"}
    )


def test_a_panel_without_a_node_says_so(client: Client, acme: Customer) -> None:
    Node.objects.all().delete()
    assert "There is no node yet" in asked(client, {"customer": acme.pk})


def test_other_pages_lead_here_with_the_form_filled_in(client: Client, acme: Customer, route: Route) -> None:
    address = reverse("asterisk_sync:simulator")
    for instance, parameter in ((acme, "customer"), (route, "route")):
        assert f"{address}?{parameter}={instance.pk}" in client.get(instance.get_absolute_url()).content.decode()
    page = client.get(address, {"route": str(route.pk)}).content.decode()
    assert f'value="{example_number(route.pattern)}"' in page
    assert client.get(address, {"route": "nonsense"}).status_code == 200
    assert f'value="{acme.pk}"' in client.get(address, {"customer": str(acme.pk)}).content.decode()


@pytest.mark.parametrize("pattern", ["_0ZZXXXXXXXX", "_00.", "190", "_+55X!", "_[2-5]X.", "_X."])
def test_an_example_fits_its_pattern(pattern: str) -> None:
    assert parse_pattern(pattern).matches(example_number(pattern))


def test_a_check_that_nobody_asked_for_is_not_found(client: Client) -> None:
    assert client.get("/sync/simulator/check/guessed/").status_code == 404


def test_only_people_who_may_see_routes_come_in(acme: Customer) -> None:
    client = Client()
    user = UserFactory.create(role=Role.CUSTOMER, customers=[acme])
    client.force_login(user, backend="voipadmin.users.backends.RoleBackend")
    assert client.get(reverse("asterisk_sync:simulator")).status_code == 403


# The API


@pytest.fixture
def api() -> ApiClient:
    return ApiClient(UserFactory.create(role=Role.VIEWER))


def test_the_api_tells_the_same(api: ApiClient, acme: Customer, route: Route) -> None:
    answer = api.post("/simulations/", {"customer_id": str(acme.pk), "number": NUMBER})
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["outcome"], told["normalised"], told["live"]) == ("sent", "5511987654321", None)
    assert told["attempts"][0]["sent_number"] == NUMBER
    assert told["routes"][0] | {"reason": "first", "is_taken": True} == told["routes"][0]
    assert told["bill"]["price"] == "0.0800"


def test_the_api_tells_what_the_authorizer_would_say(api: ApiClient, acme: Customer, route: Route) -> None:
    at_home = api.post("/simulations/", {"number": NUMBER, "customer_id": str(acme.pk)}).json()
    assert (at_home["is_asked"], at_home["authorization"]["allowed"]) == (True, True)
    emergency = api.post("/simulations/", {"number": "190", "customer_id": str(acme.pk)}).json()
    assert (emergency["is_asked"], emergency["is_emergency"]) == (False, True)
    abroad = api.post("/simulations/", {"number": "0012125551234", "customer_id": str(acme.pk)}).json()
    assert (abroad["is_asked"], abroad["refusal"], abroad["cause"]) == (True, "not_authorized", 57)
    assert (abroad["authorization"]["allowed"], abroad["authorization"]["reason"]) == (False, "country")


def test_the_api_says_that_a_node_is_silent(api: ApiClient, acme: Customer, route: Route) -> None:
    answer = api.post("/simulations/", {"customer_id": str(acme.pk), "number": NUMBER, "live": True})
    assert answer.json()["live"]["agreement"] == "silent"


def test_the_api_takes_extensions_and_gateways(api: ApiClient, route: Route) -> None:
    company = CustomerFactory.create(type=CustomerType.EXTENSION)
    extension = ExtensionFactory.create(customer=company)
    for question in ({"extension_id": str(extension.pk)}, {"gateway_id": str(GatewayFactory.create().pk)}):
        assert api.post("/simulations/", {"number": NUMBER} | question).status_code == 200


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ({"number": ""}, "number"),
        ({"number": "0 1"}, "number"),
        ({"number": "0" * 41}, "number"),
        ({"customer_id": str(uuid4())}, "customer_id"),
        ({"customer_id": None}, "customer_id"),
        ({"gateway_id": str(uuid4())}, "customer_id"),
        ({"node_id": str(uuid4())}, "node_id"),
        ({"seconds": 10**9}, "seconds"),
        ({"at": "yesterday"}, "at"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_the_api_names_the_field_that_is_wrong(
    api: ApiClient, acme: Customer, route: Route, question: dict[str, Any], field: str
) -> None:
    answer = api.post("/simulations/", {"customer_id": str(acme.pk), "number": NUMBER} | question)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_the_page_says_what_was_read_and_whose_range_it_is(client: Client, acme: Customer, route: Route) -> None:
    OperatorRange.objects.create(
        kind="mobile", first=11987650000, last=11987659999, operator="OPERADORA UM", locality="SÃO PAULO", state="SP"
    )
    page = asked(client, {"customer": acme.pk})
    assert "+5511987654321" in page
    assert "mobile" in page
    assert "OPERADORA UM" in page
    assert "SÃO PAULO · SP" in page
    assert "OPERADORA UM" not in asked(client, {"customer": acme.pk, "number": "011987700000"})
    assert "not known" in asked(client, {"customer": acme.pk, "number": "0119"})
