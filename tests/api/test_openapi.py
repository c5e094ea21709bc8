"""The OpenAPI document is complete, and the product keeps to it whatever is sent."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, settings
from schemathesis import checks

from tests.api.client import V1, ApiClient, client_of
from tests.api.matrix import World, make_world
from tests.entities import API, REFERENCES
from tests.factories import PASSWORD, UserFactory
from voipadmin.api import api
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db

DOCUMENT: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix=f"{V1}/"), default=str))
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
SCHEMA.app = get_wsgi_application()
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
UUID_FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@pytest.fixture
def world(db: None) -> Iterator[World]:
    # The server ends its connection after a request; the test's own transaction needs it on.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield make_world()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


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
        if name.endswith(("Out", "Created")) and "secret" in json.dumps(schema.get("properties", {}))
    }
    assert with_secret == {"ExtensionCreated"}


def _aim(case: Any, world: World) -> None:
    """Lead half of the cases to objects that exist, by address and by reference; what is no key stays wrong."""
    key = str((case.path_parameters or {}).get("id", ""))
    first = case.path.removeprefix(f"{V1}/").partition("/")[0]
    kind = API.get(first)
    if key and kind in world.own and key[-1:] < "8":
        case.path_parameters = {"id": str(world.own[kind].pk)}
    if isinstance(case.body, dict):
        for name, sent in case.body.items():
            case.body[name] = _aimed(sent, world.own.get(REFERENCES.get(name, "")))


def _aimed(sent: Any, there: Any) -> Any:
    if isinstance(sent, list):
        return [_aimed(item, there) for item in sent]
    is_aimed = there is not None and isinstance(sent, str) and UUID_FORM.fullmatch(sent) and sent[-1:] < "8"
    return str(there.pk) if is_aimed else sent


@pytest.mark.slow
@SCHEMA.parametrize()
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_whatever_is_sent_the_answer_is_one_that_the_document_names(case: Any, world: World) -> None:
    token = ApiClient(world.users[Role.ADMIN]).token
    _aim(case, world)
    response = case.call(headers={"Authorization": f"Bearer {token}"})
    case.validate_response(response, checks=CHECKS)


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
