"""A client of the API as a script is one: JSON, a bearer token, no cookies."""

import json
from typing import Any

from django.test import Client
from django.utils import timezone

from tests.factories import UserFactory
from voipadmin.users.models import User
from voipadmin.users.roles import Role
from voipadmin.users.tokens.json_web_tokens import issue_token

V1 = "/api/v1"


class ApiClient:
    """Sends requests with the token of `user`, or with none."""

    def __init__(self, user: User | None = None, *, token: str | None = None) -> None:
        self.user = user
        self.token = issue_token(user, now=timezone.now()).access_token if user is not None else token
        self.http = Client(enforce_csrf_checks=True)

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Return the answer to one request; `path` is below /api/v1."""
        if self.token is not None:
            headers = {"Authorization": f"Bearer {self.token}", **headers}
        content = {} if body is None else {"data": body, "content_type": "application/json"}
        return self.http.generic(method, V1 + path, **_encoded(content), headers=headers)

    def get(self, path: str, **headers: str) -> Any:
        return self.request("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.request("POST", path, body, **headers)

    def put(self, path: str, body: Any, **headers: str) -> Any:
        return self.request("PUT", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self.request("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.request("DELETE", path, **headers)


def _encoded(content: dict[str, Any]) -> dict[str, Any]:
    if "data" not in content:
        return {}
    data = content["data"]
    return {**content, "data": data if isinstance(data, bytes) else json.dumps(data)}


def client_of(role: Role, **attributes: Any) -> ApiClient:
    """Return the client of a new user with `role`."""
    return ApiClient(UserFactory.create(role=role, **attributes))


def problem(response: Any, status: int) -> dict[str, Any]:
    """Return the problem of a refusal, having checked its form."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert set(body) == {"type", "title", "status", "detail", "code", "field", "errors"}
    assert body["status"] == status
    return body
