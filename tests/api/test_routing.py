"""Providers, gateways and routes through the API."""

from typing import Any

import pytest

from routing.models import Gateway, Route
from tests.api.client import ApiClient, problem
from tests.factories import CustomerFactory, GatewayFactory, ProviderFactory, RouteFactory

pytestmark = pytest.mark.django_db


def test_a_provider_is_created_with_its_cost(operator: ApiClient) -> None:
    body = {"name": "Vivo", "type": "both", "cost_per_minute": "0.031250"}
    shown = operator.post("/providers/", body).json()
    assert {name: shown[name] for name in body} == body


def test_a_provider_in_use_is_not_deleted(operator: ApiClient) -> None:
    gateway = GatewayFactory.create()
    refusal = problem(operator.delete(f"/providers/{gateway.provider_id}"), 409)
    assert refusal["code"] == "in_use"
    assert gateway.name in refusal["detail"]


def test_a_gateway_speaks_of_its_address_and_codecs(operator: ApiClient) -> None:
    provider = ProviderFactory.create()
    body = {
        "name": "GW_Vivo_SP",
        "provider_id": str(provider.pk),
        "ip_address": "200.200.200.200",
        "port": 5080,
        "codecs": "alaw,ulaw",
    }
    shown = operator.post("/gateways/", body).json()
    assert {name: shown[name] for name in body} == body
    assert Gateway.objects.get().host == "200.200.200.200"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ip_address", "127.0.0.2.example;"),
        ("ip_address", "host name"),
        ("ip_address", "169.254.169.254"),
        ("port", 0),
        ("port", 65_536),
        ("port", "many"),
        ("codecs", "alaw,speex"),
        ("name", "GW;1"),
        ("name", "GW\r\n[admin]"),
        ("tech_prefix", "12${X}"),
        ("prepend", "abc"),
        ("channel_limit", 0),
        ("provider_id", "00000000-0000-0000-0000-000000000000"),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(operator: ApiClient, field: str, value: Any) -> None:
    body = {"name": "GW_1", "provider_id": str(ProviderFactory.create().pk), "ip_address": "200.200.200.200"}
    assert problem(operator.post("/gateways/", body | {field: value}), 422)["field"] == field
    assert not Gateway.objects.exists()


def test_the_secret_of_a_gateway_goes_in_and_never_out(operator: ApiClient) -> None:
    gateway = GatewayFactory.create()
    body = {"authentication": "registration", "username": "acme", "secret": "carrier-secret-1"}
    changed = operator.patch(f"/gateways/{gateway.pk}", body)
    assert changed.status_code == 200
    gateway.refresh_from_db()
    assert gateway.secret == "carrier-secret-1"
    for answer in (changed, operator.get("/gateways/"), operator.get(f"/gateways/{gateway.pk}")):
        assert "carrier-secret-1" not in answer.content.decode()


def test_a_route_with_one_gateway_takes_its_id(operator: ApiClient) -> None:
    gateway = GatewayFactory.create()
    body = {"name": "Landlines", "pattern": "_0ZZXXXXXXXX", "gateway_id": str(gateway.pk), "priority": 5}
    shown = operator.post("/routes/", body).json()
    assert {name: shown[name] for name in body} == body
    assert shown["gateways"] == [{"gateway_id": str(gateway.pk), "weight": 100}]


def test_a_route_keeps_the_order_of_its_gateways(operator: ApiClient) -> None:
    first, second = GatewayFactory.create_batch(2)
    gateways = [{"gateway_id": str(second.pk), "weight": 10}, {"gateway_id": str(first.pk), "weight": 90}]
    shown = operator.post("/routes/", {"name": "All", "pattern": "_X.", "gateways": gateways}).json()
    assert shown["gateways"] == gateways
    assert shown["gateway_id"] == str(second.pk)


@pytest.mark.slow(seconds=0.3)
def test_a_change_of_priority_leaves_gateways_and_customers(operator: ApiClient) -> None:
    customer = CustomerFactory.create()
    route = RouteFactory.create(gateways=GatewayFactory.create_batch(2), customers=[customer])
    before = operator.get(f"/routes/{route.pk}").json()
    after = operator.patch(f"/routes/{route.pk}", {"priority": 3}).json()
    assert after == before | {"priority": 3, "updated_at": after["updated_at"]}
    assert after["customers"] == [str(customer.pk)]


def test_a_route_without_a_gateway_is_refused(operator: ApiClient) -> None:
    refusal = problem(operator.post("/routes/", {"name": "None", "pattern": "_X."}), 409)
    assert refusal["code"] == "no_gateway"
    assert not Route.objects.exists()


def test_a_route_is_given_one_gateway_or_several_not_both(operator: ApiClient) -> None:
    key = str(GatewayFactory.create().pk)
    body = {"name": "Both", "pattern": "_X.", "gateway_id": key, "gateways": [{"gateway_id": key}]}
    assert problem(operator.post("/routes/", body), 422)["code"] == "ambiguous"


@pytest.mark.parametrize("pattern", ["0ZZ", "_0[5-2]X", "_X.;", "_", "_${EXTEN}", "_X\nX"])
def test_a_wrong_pattern_is_refused(operator: ApiClient, pattern: str) -> None:
    body = {"name": "R", "pattern": pattern, "gateway_id": str(GatewayFactory.create().pk)}
    assert problem(operator.post("/routes/", body), 422)["field"] == "pattern"
    assert not Route.objects.exists()


def test_routes_are_found_by_gateway(operator: ApiClient) -> None:
    wanted, other = RouteFactory.create(gateways=[GatewayFactory.create()]), RouteFactory.create()
    key = wanted.steps.get().gateway_id
    listed = operator.get(f"/routes/?gateway_id={key}").json()["items"]
    assert [row["id"] for row in listed] == [str(wanted.pk)]
    assert str(other.pk) not in str(listed)
