"""The OpenAPI document is complete."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests.api.client import V1, ApiClient, client_of
from tests.api.document import document
from tests.factories import PASSWORD, UserFactory
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db

DOCUMENT = document(f"{V1}/")


@pytest.mark.slow(seconds=1)
def test_the_document_is_for_those_who_are_logged_in(anonymous: ApiClient) -> None:
    assert anonymous.get("/openapi.json").status_code == 401
    answer = client_of(Role.CUSTOMER).get("/openapi.json")
    assert answer.json()["openapi"].startswith("3.1")


def test_the_page_to_try_it_brings_everything_from_here() -> None:
    browser = Client()
    browser.force_login(UserFactory.create())
    page = browser.get(f"{V1}/docs")
    assert page.status_code == 200
    brought = re.findall(r'(?:src|href)="([^"]+)"', page.content.decode())
    assert any(address.endswith("swagger-ui-bundle.js") for address in brought)
    assert [address for address in brought if not address.startswith("/static/")] == []
    assert "unsafe" not in page["Content-Security-Policy"]


def _operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def test_every_operation_tells_its_permission_its_refusals_and_its_words() -> None:
    for method, path, operation in _operations():
        answers = operation["responses"]
        assert {"401", "404", "405"} <= set(answers), (method, path)
        assert operation["summary"], path
        for status, answer in answers.items():
            if status.startswith("4"):
                reference = answer["content"]["application/problem+json"]["schema"]["$ref"]
                assert reference == "#/components/schemas/Problem"
        if "/auth/" not in path:
            assert operation["x-permission"], path
        if "requestBody" in operation:
            assert {"400", "413", "415", "422"} <= set(answers), path


def test_the_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for _method, _path, operation in _operations()]
    assert len(set(names)) == len(names)


def test_no_answer_is_described_with_a_secret_but_those_that_show_a_new_one() -> None:
    with_secret = {
        name
        for name, schema in DOCUMENT["components"]["schemas"].items()
        if name.endswith(("Out", "Created")) and any(field.endswith("secret") for field in schema.get("properties", {}))
    }
    assert with_secret == {"ExtensionCreated", "WebhookCreated"}


@pytest.mark.slow(seconds=0.3)
def test_a_whole_life_through_the_api_in_curls_order() -> None:
    """What docs/api.md shows, step by step."""
    UserFactory.create(username="script", role=Role.OPERATOR)
    log_in = ApiClient().post("/auth/login", {"username": "script", "password": PASSWORD}).json()
    client = ApiClient(token=log_in["access_token"])
    provider = client.post("/providers/", {"name": "Vivo", "cost_per_minute": "0.03"}).json()["id"]
    gateway = {"name": "GW_Vivo_SP", "provider_id": provider, "ip_address": "200.200.200.200"}
    gateway_id = client.post("/gateways/", gateway).json()["id"]
    client.post("/routes/", {"name": "All", "pattern": "_X.", "gateway_id": gateway_id})
    customer = client.post("/customers/", {"code": "ACME", "name": "Acme", "type": "extension"}).json()["id"]
    client.post("/extensions/", {"customer_id": customer, "extension": "1001"})
    client.post("/dids/range", {"first": "551140001000", "last": "551140001009", "provider_id": provider})
    did = client.get("/dids/?status=free&limit=1").json()["items"][0]
    body = {"customer_id": customer, "destination": "1001"}
    assert client.post(f"/dids/{did['id']}/allocate", body).json()["status"] == "allocated"
