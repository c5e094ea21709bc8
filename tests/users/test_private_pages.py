"""What browsers and proxies may keep of a page."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import ExtensionFactory, UserFactory
from tests.urls import entities
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in() -> Client:
    signed_in = Client()
    user = UserFactory.create(role=Role.ADMIN, is_staff=True, is_superuser=True)
    signed_in.force_login(user, backend="voipadmin.users.backends.RoleBackend")
    return signed_in


@pytest.mark.slow(seconds=1)
@pytest.mark.parametrize(
    "address",
    [
        *(reverse(f"{entity.app_label}:{entity.model_name}_list") for entity in entities()),
        "/", "/settings/", "/search/?q=a", "/customers/?export=csv", "/nothing/here/",
    ],
)  # fmt: skip
def test_a_page_is_kept_by_nobody_but_the_own_browser(signed_in: Client, address: str) -> None:
    assert set(signed_in.get(address)["Cache-Control"].split(", ")) == {"private", "no-cache"}


@pytest.mark.parametrize("name", ["mfa_index", "account_change_password", "usersessions_list", "admin:index"])
def test_a_page_about_secrets_is_not_stored_at_all(signed_in: Client, name: str) -> None:
    assert "no-store" in signed_in.get(reverse(name))["Cache-Control"]


def test_a_secret_that_is_revealed_is_not_stored(signed_in: Client) -> None:
    extension = ExtensionFactory.create()
    answer = signed_in.post(reverse("customers:extension_secret", args=[extension.pk, "secret"]))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


def test_the_api_is_not_stored(signed_in: Client) -> None:
    assert signed_in.get("/api/v1/customers/")["Cache-Control"] == "no-store"


def test_the_log_in_is_left_to_its_own_rules() -> None:
    answer = Client().get(reverse("account_login"))
    assert "no-cache" in answer["Cache-Control"], "allauth's own rule"
