"""Every operation of the API x every role x an own, a foreign and a missing object."""

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.api.client import ApiClient
from tests.api.document import document
from tests.api.matrix import World, make_world, may
from tests.entities import API
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=1)]

ACTIONS = {"get": "view", "post": "add", "put": "change", "patch": "change", "delete": "delete"}
# Operations of one object beside read, replace, change and delete.
SPECIAL = {
    "rotate-secret": "change",
    "allocate": "change",
    "destination": "change",
    "deallocate": "change",
    "block": "change",
    "unblock": "change",
    "sync": "sync",
    "rollback": "sync",
    "release": "sync",
    "apply": "sync",
    "renew-secret": "sync",
    "mend": "sync",
    "approve": "change",
    "compute": "change",
    "cancel": "change",
    "figures": "view",
    "run": "change",
    "runs": "view",
    "lines": "view",
    "adopt": "sync",
    "read": "change",
    "activate": "change",
    "undo": "change",
    "answers": "change",
    "start": "change",
    "acknowledge": "change",
    "close": "change",
    "silence": "change",
    "test": "change",
    "send-again": "change",
    "end": "change",
    "lock": "change",
    "add": "change",
    "mute": "change",
    "kick": "change",
    "call-again": "change",
    "hang-up": "end",
}
# A question that is sent as a body: it writes nothing.
QUESTIONS = {"/simulations/": "view"}
# Reports that are about another kind than the first part of their address.
REPORTS = {
    "/reports/dids": "numbering.did",
    "/reports/margin": "reports.margin",
    "/reports/quality": "reports.quality",
}
PERSONAL = {"/auth/logout", "/auth/logout-all", "/auth/me"}
Operation = tuple[str, str, str, str]


def _operations() -> Iterator[Operation]:
    """Yield method, path, action and kind of everything that the document lists, but log-in and the personal ones."""
    for path, methods in document("")["paths"].items():
        for method in methods:
            _empty, first, *rest = path.split("/")
            # Files of jobs: tests/core/jobs/test_jobs.py; what API has not: tests/core/test_completeness.py.
            if path in PERSONAL or path == "/auth/login" or "{file_id}" in path or first not in API:
                continue
            last = rest[-1] if rest else ""
            yield method, path, QUESTIONS.get(path) or SPECIAL.get(last, ACTIONS[method]), REPORTS.get(path, API[first])


OPERATIONS = sorted(set(_operations()))


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def _status(client: ApiClient, method: str, path: str) -> int:
    body: Any = None if method in {"get", "delete"} else {}
    with transaction.atomic():
        status = int(client.request(method.upper(), path, body).status_code)
        transaction.set_rollback(True)
    return status


def _with_id(path: str, key: Any) -> str:
    return re.sub(r"{id}", str(key), path)


def test_the_matrix_covers_every_entity() -> None:
    assert len(OPERATIONS) > 55
    assert {kind for _method, _path, _action, kind in OPERATIONS} == {*API.values(), *REPORTS.values()}


@pytest.mark.parametrize("role", list(Role))
def test_a_role_reaches_what_its_line_says_and_nothing_else(world: World, role: Role) -> None:
    client = ApiClient(world.users[role])
    wrong = []
    for method, path, action, kind in OPERATIONS:
        key = world.key_of(kind, role) if "{id}" in path else ""
        status = _status(client, method, _with_id(path, key))
        allowed = may(role, action, kind)
        if (status in {401, 403, 404}) is allowed or status >= 500 or (not allowed and status != 403):
            wrong.append((method, path, status, allowed))
    assert wrong == []


@pytest.mark.parametrize("role", list(Role))
def test_a_foreign_object_is_as_good_as_none_to_people_of_a_customer(world: World, role: Role) -> None:
    client = ApiClient(world.users[role])
    wrong = []
    for method, path, action, kind in OPERATIONS:
        if "{id}" not in path or kind not in world.foreign or not may(role, action, kind):
            continue
        status = _status(client, method, _with_id(path, world.foreign[kind].pk))
        if (status == 404) is not (role == Role.CUSTOMER):
            wrong.append((method, path, status))
    assert wrong == []


@pytest.mark.parametrize("role", list(Role))
def test_an_object_that_is_none_is_not_found_by_those_who_might_see_it(world: World, role: Role) -> None:
    client = ApiClient(world.users[role])
    missing = uuid.uuid4()
    wrong = []
    for method, path, action, kind in OPERATIONS:
        if "{id}" not in path or not may(role, action, kind):
            continue
        status = _status(client, method, _with_id(path, missing))
        if status not in {404, 422}:  # 422 where the empty body is refused first
            wrong.append((method, path, status))
    assert wrong == []


def test_lists_show_people_of_a_customer_their_own_and_nothing_else(world: World) -> None:
    client = ApiClient(world.users[Role.CUSTOMER])
    for method, path, action, kind in OPERATIONS:
        if method != "get" or "{id}" in path or not may(Role.CUSTOMER, action, kind):
            continue
        text = client.get(path).content.decode()
        for foreign in world.foreign.values():
            assert str(foreign.pk) not in text, path
        if kind in world.own and path != "/dashboard/stats":
            assert str(world.own[kind].pk) in text, path


def test_nothing_but_the_log_in_answers_a_stranger(world: World) -> None:
    stranger = ApiClient()
    paths = [(method, _with_id(path, uuid.uuid4())) for method, path, _action, _kind in OPERATIONS]
    paths += [("post", path) for path in PERSONAL] + [("get", "/openapi.json"), ("get", "/"), ("get", "/nothing")]
    assert {_status(stranger, method, path) for method, path in paths} == {401}
    assert stranger.get("/docs").status_code == 302
    assert _status(stranger, "post", "/auth/login") == 422
