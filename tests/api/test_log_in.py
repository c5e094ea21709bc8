"""Log-in through the API, the second factor, and the delays that pages, admin and API share."""

import itertools
import logging
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from tests.api.client import V1, ApiClient, problem
from tests.factories import PASSWORD, UserFactory
from voipadmin.users.models import User
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=1)]
LIMIT = 5
TOTP_SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture
def user() -> User:
    return UserFactory.create(username="ana", role=Role.ADMIN, is_staff=True, is_superuser=True)


@pytest.fixture
def totp_user(user: User) -> User:
    TOTP.activate(user, TOTP_SECRET)
    return user


def _log_in(password: str = PASSWORD, **more: str) -> Any:
    return ApiClient().post("/auth/login", {"username": "ana", "password": password, **more})


def _code(offset: int = 0) -> str:
    counters = list(yield_hotp_counters_from_time())
    return str(format_hotp_value(hotp_value(TOTP_SECRET, counters[len(counters) // 2] + offset)))


def test_name_and_password_are_exchanged_for_a_token(user: User) -> None:
    answer = _log_in()
    body = answer.json()
    assert (body["token_type"], body["expires_in"]) == ("bearer", 86_400)
    assert ApiClient(token=body["access_token"]).get("/auth/me").json()["username"] == "ana"
    assert answer["Cache-Control"] == "no-store"
    assert not Session.objects.exists()


@pytest.mark.parametrize(("username", "password"), [("ana", "wrong-password"), ("nobody", PASSWORD)])
def test_it_never_says_which_of_both_was_wrong(user: User, username: str, password: str) -> None:
    answer = ApiClient().post("/auth/login", {"username": username, "password": password})
    body = problem(answer, 401)
    assert (body["code"], body["field"]) == ("invalid_credentials", None)


def test_an_inactive_user_cannot_log_in(user: User) -> None:
    user.is_active = False
    user.save()
    assert problem(_log_in(), 401)["code"] == "invalid_credentials"


def test_where_totp_is_on_the_password_is_not_enough(totp_user: User) -> None:
    body = problem(_log_in(), 401)
    assert (body["code"], body["field"]) == ("totp_required", "totp_code")


def test_the_code_of_the_authenticator_opens(totp_user: User) -> None:
    assert _log_in(totp_code=_code()).status_code == 200


def test_a_code_is_good_once(totp_user: User) -> None:
    code = _code()
    assert _log_in(totp_code=code).status_code == 200
    assert problem(_log_in(totp_code=code), 401)["code"] == "totp_invalid"


def test_a_recovery_code_opens_once(totp_user: User) -> None:
    code = RecoveryCodes.activate(totp_user).get_unused_codes()[0]
    assert _log_in(totp_code=code).status_code == 200
    assert problem(_log_in(totp_code=code), 401)["code"] == "totp_invalid"


def test_wrong_codes_delay_the_next_code(totp_user: User) -> None:
    for _attempt in range(LIMIT - 1):
        problem(_log_in(totp_code="000000"), 401)
    assert problem(_log_in(totp_code="000000"), 429)["code"] == "locked_out"
    assert problem(_log_in(totp_code=_code()), 429)["code"] == "locked_out"


def _fail_on_api() -> int:
    return int(_log_in("wrong-password").status_code)


def _fail_on_page() -> int:
    data = {"login": "ana", "password": "wrong-password"}
    return Client().post(reverse("account_login"), data).status_code


def _fail_on_admin() -> int:
    data = {"username": "ana", "password": "wrong-password"}
    return Client().post("/admin/login/", data, follow=True).status_code


DOORS: dict[str, Callable[[], int]] = {"api": _fail_on_api, "page": _fail_on_page, "admin": _fail_on_admin}


def _opens_page() -> bool:
    client = Client()
    client.post(reverse("account_login"), {"login": "ana", "password": PASSWORD})
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("doors", [["api"], ["page"], ["page", "api"]], ids="+".join)
def test_five_failures_at_any_door_delay_every_door(user: User, doors: list[str]) -> None:
    for _attempt, door in zip(range(LIMIT), itertools.cycle(doors), strict=False):
        DOORS[door]()
    refused = _log_in()
    assert problem(refused, 429)["code"] == "locked_out"
    assert int(refused["Retry-After"]) > 0
    assert not _opens_page()


def test_the_admin_has_no_door_of_its_own(user: User) -> None:
    for _attempt in range(LIMIT):
        DOORS["admin"]()
        client = Client()
        client.post("/admin/login/", {"username": "ana", "password": PASSWORD})
        assert "_auth_user_id" not in client.session, "the admin's own form would pass by the second factor"


def test_four_failures_and_a_success_begin_anew(user: User) -> None:
    for _round in range(2):
        for _attempt in range(LIMIT - 1):
            assert _fail_on_api() == 401
        assert _log_in().status_code == 200


def test_the_delay_of_one_name_leaves_the_others(user: User) -> None:
    UserFactory.create(username="bia")
    for _attempt in range(LIMIT):
        _fail_on_api()
    assert ApiClient().post("/auth/login", {"username": "bia", "password": PASSWORD}).status_code == 200


def test_wrong_codes_on_the_page_delay_a_right_one(totp_user: User) -> None:
    client = Client()
    client.post(reverse("account_login"), {"login": "ana", "password": PASSWORD})
    for _attempt in range(LIMIT):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    client.post(reverse("mfa_authenticate"), {"code": _code()})
    assert "_auth_user_id" not in client.session
    assert Authenticator.objects.get(user=totp_user).last_used_at is None


def test_no_password_and_no_token_reaches_the_log(user: User, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        token = _log_in().json()["access_token"]
        _log_in("a-very-wrong-password")
        ApiClient(token=token).get("/auth/me")
        ApiClient(token=token + "x").get("/auth/me")
    for secret in (PASSWORD, "a-very-wrong-password", token):
        assert secret not in caplog.text
    assert PASSWORD not in str(list(AccessAttempt.objects.values()))


def test_a_session_reads_but_writes_only_with_its_csrf_token(user: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)
    assert browser.get(f"{V1}/customers/").status_code == 200
    body = {"code": "ACME", "name": "Acme"}
    refused = browser.post(f"{V1}/customers/", body, content_type="application/json")
    assert problem(refused, 403)["code"] == "csrf_failed"
    browser.cookies["csrftoken"] = "a" * 32
    written = browser.post(f"{V1}/customers/", body, content_type="application/json", headers={"X-CSRFToken": "a" * 32})
    assert written.status_code == 201


def test_a_bad_token_is_not_saved_by_a_session_beside_it(user: User) -> None:
    browser = Client()
    browser.force_login(user)
    answer = browser.get(f"{V1}/customers/", headers={"Authorization": "Bearer nonsense"})
    assert problem(answer, 401)["code"] == "token_invalid"
