"""The product answers as the OpenAPI document says, whatever is sent."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis import checks

from tests.api.client import V1, ApiClient
from tests.api.document import document
from tests.api.matrix import World, make_world
from tests.entities import API, REFERENCES
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db

SCHEMA = schemathesis.openapi.from_dict(document(f"{V1}/"))
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
