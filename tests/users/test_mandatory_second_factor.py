"""A role that demands a second factor: who has none does nothing before it is set up, on pages and by the API."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.api.client import V1
from tests.api.test_log_in import TOTP_SECRET, _code
from tests.factories import PASSWORD, UserFactory
from tests.pages.confirming import confirm
from voipadmin.users.models import RolePolicy, User
from voipadmin.users.roles import Role
from voipadmin.users.second_factors.enrolment import hand_out_enrolment_code
from voipadmin.users.second_factors.services import demand_second_factor, remove_second_factors

pytestmark = pytest.mark.django_db
FIRST = "/settings/second-factor/"


def _browser(user: User) -> Client:
    browser = Client()
    browser.force_login(user, backend="voipadmin.users.backends.RoleBackend")
    browser.cookies["django_language"] = "en"
    return browser


def _token(username: str, **more: str) -> Any:
    body = {"username": username, "password": PASSWORD, **more}
    return Client().post(f"{V1}/auth/login", body, content_type="application/json")


@pytest.fixture
def admin() -> User:
    return UserFactory.create(username="root", role=Role.ADMIN, is_staff=True, is_superuser=True)


@pytest.fixture
def operator() -> User:
    return UserFactory.create(username="ana", role=Role.OPERATOR)


@pytest.fixture
def demanded() -> None:
    demand_second_factor(roles=[Role.OPERATOR])


@pytest.mark.parametrize("address", ["/", "/customers/", "/settings/", "/admin/", "/accounts/sessions/", "/nothing/"])
def test_every_page_leads_to_the_second_factor(operator: User, demanded: None, address: str) -> None:
    answer = _browser(operator).get(address)
    assert (answer.status_code, answer["Location"]) == (302, FIRST)


def test_a_form_cannot_be_sent_either(operator: User, demanded: None) -> None:
    answer = _browser(operator).post(reverse("customers:customer_create"), {"code": "X", "name": "X"})
    assert answer["Location"] == FIRST


def test_what_a_page_fetches_by_itself_stays_empty(operator: User, demanded: None) -> None:
    answer = _browser(operator).get("/customers/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("name", ["users:second_factor_first", "mfa_index", "account_reauthenticate"])
def test_what_is_needed_to_set_one_up_is_open(operator: User, demanded: None, name: str) -> None:
    assert _browser(operator).get(reverse(name)).status_code == 200


def test_an_app_is_set_up_after_the_password_was_asked_again_and_then_the_panel_opens(
    operator: User, demanded: None
) -> None:
    browser = _browser(operator)
    browser.post(FIRST, {"code": hand_out_enrolment_code(user=operator, now=timezone.now())})
    again = browser.get(reverse("mfa_activate_totp"))
    assert again["Location"].startswith(reverse("account_reauthenticate"))
    browser.post(again["Location"], {"password": PASSWORD})
    assert browser.get(reverse("mfa_activate_totp")).status_code == 200
    TOTP.activate(operator, TOTP_SECRET)
    assert browser.get("/customers/").status_code == 200


def test_other_roles_and_those_who_have_one_are_left_alone(operator: User, admin: User, demanded: None) -> None:
    TOTP.activate(operator, TOTP_SECRET)
    assert _browser(operator).get("/customers/").status_code == 200
    assert _browser(admin).get("/customers/").status_code == 200


def test_recovery_codes_alone_are_no_second_factor(operator: User, demanded: None) -> None:
    RecoveryCodes.activate(operator)
    assert _browser(operator).get("/customers/")["Location"] == FIRST


def test_a_token_needs_it_as_well(operator: User, demanded: None) -> None:
    refused = _token("ana")
    assert (refused.status_code, refused.json()["code"]) == (401, "second_factor_missing")
    TOTP.activate(operator, TOTP_SECRET)
    assert _token("ana").json()["code"] == "totp_required"
    assert _token("ana", totp_code=_code()).status_code == 200


def test_a_token_of_before_stops_until_one_is_set_up(operator: User) -> None:
    bearer = {"Authorization": f"Bearer {_token('ana').json()['access_token']}"}
    assert Client().get(f"{V1}/customers/", headers=bearer).status_code == 200
    demand_second_factor(roles=[Role.OPERATOR])
    refused = Client().get(f"{V1}/customers/", headers=bearer)
    assert (refused.status_code, refused.json()["code"]) == (403, "second_factor_missing")
    TOTP.activate(operator, TOTP_SECRET)
    assert Client().get(f"{V1}/customers/", headers=bearer).status_code == 200


def test_a_session_cannot_pass_by_the_api(operator: User, demanded: None) -> None:
    assert _browser(operator).get(f"{V1}/customers/").status_code == 403


def test_a_passkey_without_recovery_codes_does_not_open_the_api_with_the_password_alone(operator: User) -> None:
    Authenticator.objects.create(user=operator, type=Authenticator.Type.WEBAUTHN, data={"name": "key"})
    assert _token("ana").json()["code"] == "totp_required"
    assert _token("ana", totp_code="123456").json()["code"] == "totp_invalid"


def test_an_app_cannot_be_deactivated_where_it_is_the_last_one(operator: User, demanded: None) -> None:
    TOTP.activate(operator, TOTP_SECRET)
    browser = _browser(operator)
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    browser.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(user=operator, type=Authenticator.Type.TOTP).exists()


def test_administrators_choose_the_roles_on_a_page(admin: User, operator: User) -> None:
    TOTP.activate(admin, TOTP_SECRET)
    browser = _browser(admin)
    browser.post(reverse("users:roles"), {"second_factor": ["admin", "operator", "nonsense"]})
    assert set(RolePolicy.objects.filter(second_factor_required=True).values_list("role", flat=True)) == {
        "admin",
        "operator",
    }


def test_who_has_none_cannot_demand_it_of_the_own_role(admin: User) -> None:
    browser = _browser(admin)
    page = browser.post(reverse("users:roles"), {"second_factor": ["admin"]}, follow=True).content.decode()
    assert "Set up your own second factor first" in page
    assert not RolePolicy.objects.filter(second_factor_required=True).exists()
    browser.post(reverse("users:roles"), {"second_factor": ["operator"]})
    assert RolePolicy.objects.get(second_factor_required=True).role == "operator"


def test_the_page_tells_who_has_none(admin: User, operator: User) -> None:
    TOTP.activate(admin, TOTP_SECRET)
    page = _browser(admin).get(reverse("users:roles")).content.decode()
    assert page.count('type="checkbox"') == len(Role)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.FINANCE, Role.VIEWER, Role.CUSTOMER])
def test_nobody_else_chooses_or_removes(admin: User, role: Role) -> None:
    browser = _browser(UserFactory.create(role=role))
    assert browser.post(reverse("users:roles"), {"second_factor": []}).status_code == 403
    assert browser.post(reverse("users:user_second_factor", args=[admin.pk])).status_code == 403


def test_an_administrator_helps_who_lost_the_phone(admin: User, operator: User) -> None:
    TOTP.activate(operator, TOTP_SECRET)
    RecoveryCodes.activate(operator)
    bearer = {"Authorization": f"Bearer {_token('ana', totp_code=_code()).json()['access_token']}"}
    browser = _browser(admin)
    assert browser.get(reverse("users:user_second_factor", args=[operator.pk])).status_code == 200
    confirm(browser, reverse("users:user_second_factor", args=[operator.pk]))
    assert not Authenticator.objects.filter(user=operator).exists()
    assert Client().get(f"{V1}/customers/", headers=bearer).status_code == 401
    assert browser.post(reverse("users:user_second_factor", args=[admin.pk])).status_code == 403


def test_removing_what_is_not_there_is_no_error(operator: User) -> None:
    assert remove_second_factors(user=operator) == 0


@pytest.mark.parametrize(("options", "left"), [([], 1), (["--without-second-factors"], 0)])
def test_a_reset_on_the_server_keeps_the_second_factor_unless_told(admin: User, options: list[str], left: int) -> None:
    TOTP.activate(admin, TOTP_SECRET)
    call_command("create_admin", "--username", "root", "--reset", *options)
    assert Authenticator.objects.filter(user=admin).count() == left
