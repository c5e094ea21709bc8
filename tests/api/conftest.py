"""Fixtures of the API's tests."""

import pytest

from tests.api.client import ApiClient, client_of
from voipadmin.users.roles import Role


@pytest.fixture
def admin(db: None) -> ApiClient:
    return client_of(Role.ADMIN)


@pytest.fixture
def operator(db: None) -> ApiClient:
    return client_of(Role.OPERATOR)


@pytest.fixture
def anonymous(db: None) -> ApiClient:
    return ApiClient()
