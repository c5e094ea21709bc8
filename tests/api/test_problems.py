"""Refusals are problem details with a stable code, whatever went wrong, and never an error of the server."""

from http import HTTPStatus
from typing import Any

import pytest
from django.db import OperationalError
from pytest_django import Settings

from customers.models import Customer
from tests.api.client import ApiClient, client_of, problem
from tests.factories import CustomerFactory
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db


def test_nothing_is_told_to_a_stranger(anonymous: ApiClient) -> None:
    answer = anonymous.get("/customers/")
    assert problem(answer, 401)["code"] == "not_authenticated"
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", ["/", "/nothing", "/customers/nothing", "/customers/1/2/3", "/dids/1", "/dids/%0A"])
def test_an_address_that_is_none_is_not_found(admin: ApiClient, anonymous: ApiClient, path: str) -> None:
    assert problem(admin.get(path), 404)["code"] == "not_found"
    assert problem(anonymous.get(path), 401)["code"] == "not_authenticated"


def test_the_last_slash_may_be_missing_or_too_much(admin: ApiClient) -> None:
    customer = CustomerFactory.create()
    assert admin.get("/customers").status_code == 200
    assert admin.get(f"/customers/{customer.pk}/").status_code == 200
    assert admin.post("/customers", {"code": "A", "name": "A"}).status_code == 201


def test_a_method_that_an_address_has_not_is_refused_with_those_it_has(admin: ApiClient) -> None:
    answer = admin.request("PATCH", "/customers/", {})
    assert problem(answer, 405)["code"] == "method_not_allowed"
    assert set(answer["Allow"].split(", ")) == {"GET", "POST"}


def test_a_role_that_may_not_is_told_which_permission_it_lacks(db: None) -> None:
    body = problem(client_of(Role.VIEWER).post("/customers/", {"nonsense": 1}), 403)
    assert body["code"] == "permission_denied"
    assert "customers.add_customer" in body["detail"]


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"{", 400, "malformed"),
        (b"\xff\xfe\xfd", 400, "malformed"),
        (b'{"code": NaN}', 400, "malformed"),
        (b"[" * 100_000, 400, "malformed"),
        (b'{"channel_limit": ' + b"9" * 5000 + b"}", 400, "malformed"),
        (b"[]", 422, "not_an_object"),
        (b"null", 422, "not_an_object"),
        (b'"text"', 422, "not_an_object"),
        (b'{"code": "A\\u0000B", "name": "A"}', 422, "character"),
        (b'{"code": "A\\ud800", "name": "A"}', 422, "character"),
        (b'{"\\ud800": 1}', 422, "character"),
        (b'{"code": 7, "name": "A"}', 422, "string_type"),
        (b'{"code": "A", "name": null}', 422, "string_type"),
        (b'{"code": "A", "name": "A", "type": "other"}', 422, "enum"),
        (b'{"code": "A", "name": "A", "channel_limit": 99999999999999999999}', 422, "less_than_equal"),
    ],
)
def test_a_body_that_is_none_is_refused(admin: ApiClient, raw: bytes, status: int, code: str) -> None:
    assert problem(admin.post("/customers/", raw), status)["code"] == code
    assert not Customer.objects.exists()


def test_an_empty_body_is_refused(admin: ApiClient) -> None:
    assert problem(admin.post("/customers/"), 422)["code"] == "required"


def test_a_body_that_is_not_json_is_refused(admin: ApiClient) -> None:
    headers = {"Authorization": f"Bearer {admin.token}"}
    answer = admin.http.post("/api/v1/customers/", {"code": "A", "name": "A"}, headers=headers)
    assert problem(answer, 415)["code"] == "unsupported_media_type"


def test_a_body_that_is_too_long_is_refused(admin: ApiClient, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert problem(admin.post("/customers/", {"notes": "x" * 200}), 413)["code"] == "too_large"


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("colour=red", "colour", "unknown_parameter"),
        ("limit=0", "limit", "greater_than_equal"),
        ("limit=201", "limit", "less_than_equal"),
        ("limit=many", "limit", "int_parsing"),
        ("ordering=notes", "ordering", "literal_error"),
        ("ordering=-users__password", "ordering", "literal_error"),
        ("type=other", "type", "enum"),
        ("search=%00", "search", "character"),
        ("cursor=nonsense", "cursor", "cursor"),
        ("users__password__startswith=a", "users__password__startswith", "unknown_parameter"),
    ],
)
def test_a_list_is_asked_only_what_is_allowed(admin: ApiClient, query: str, field: str, code: str) -> None:
    body = problem(admin.get(f"/customers/?{query}"), 422)
    assert (body["field"], body["code"]) == (field, code)


def test_several_faults_come_with_their_fields(admin: ApiClient) -> None:
    body = problem(admin.post("/customers/", {"channel_limit": 0}), 422)
    assert {error["field"] for error in body["errors"]} == {"code", "name", "channel_limit"}


def test_what_was_sent_is_never_repeated(admin: ApiClient) -> None:
    answer = admin.post("/auth/login", {"username": "ana", "password": ["my-secret-password"]})
    assert problem(answer, 422)["field"] == "password"
    assert "my-secret-password" not in answer.content.decode()


def test_a_failure_of_the_server_tells_nothing_of_it(admin: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise OperationalError("host=10.0.0.7 password=hidden")

    monkeypatch.setattr("voipadmin.core.api.crud.page_of", fail)
    answer = admin.get("/customers/")
    assert problem(answer, HTTPStatus.INTERNAL_SERVER_ERROR)["code"] == "internal"
    assert "10.0.0.7" not in answer.content.decode()


def test_messages_follow_the_language_and_codes_do_not(admin: ApiClient) -> None:
    CustomerFactory.create(code="ACME")
    body = {"code": "ACME", "name": "Acme"}
    codes = {
        problem(admin.post("/customers/", body, **{"Accept-Language": language}), 422)["code"]
        for language in ("pt-BR", "en")
    }
    assert codes == {"unique"}


def test_answers_are_not_stored_on_the_way(admin: ApiClient, anonymous: ApiClient) -> None:
    assert {client.get("/customers/")["Cache-Control"] for client in (admin, anonymous)} == {"no-store"}
