"""Fixtures of the API's tests."""

from pathlib import Path

import pytest

from tests.api.client import ApiClient, client_of
from voipadmin.users.roles import Role


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the cases of the OpenAPI document alone where slow tests do not run: making them takes ten seconds."""
    is_left = collection_path.name == "test_openapi_cases.py" and "not slow" in config.option.markexpr
    return True if is_left else None


@pytest.fixture
def admin(db: None) -> ApiClient:
    return client_of(Role.ADMIN)


@pytest.fixture
def operator(db: None) -> ApiClient:
    return client_of(Role.OPERATOR)


@pytest.fixture
def anonymous(db: None) -> ApiClient:
    return ApiClient()
