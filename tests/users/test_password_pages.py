"""The password of a user who logs in with a passkey and has none: set after asking for the second factor again."""

from types import SimpleNamespace

import pytest
from allauth.mfa.totp.internal import auth
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.urls import reverse

from tests.api.test_log_in import TOTP_SECRET, _code
from tests.factories import PASSWORD, UserFactory
from voipadmin.users.models import User

pytestmark = pytest.mark.django_db
NEW = {"password1": "another-Password-77", "password2": "another-Password-77"}


@pytest.fixture(autouse=True)
def one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the code that a test makes be that of the moment at which it is checked."""
    monkeypatch.setattr(auth, "time", SimpleNamespace(time=lambda: 1_796_000_000.0))


@pytest.fixture
def without_password() -> User:
    user = UserFactory.create(username="ana")
    user.set_unusable_password()
    user.save()
    TOTP.activate(user, TOTP_SECRET)
    return user


def _browser(user: User) -> Client:
    browser = Client()
    browser.force_login(user, backend="voipadmin.users.backends.RoleBackend")
    return browser


def test_changing_it_leads_to_setting_it_and_first_to_the_second_factor(without_password: User) -> None:
    browser = _browser(without_password)
    answer = browser.get(reverse("account_change_password"), follow=True)
    assert answer.status_code == 200
    assert [place.partition("?")[0] for place, _status in answer.redirect_chain] == [
        reverse("account_set_password"),
        reverse("mfa_reauthenticate"),
    ]


def test_an_open_session_alone_sets_none(without_password: User) -> None:
    answer = _browser(without_password).post(reverse("account_set_password"), NEW)
    assert answer["Location"].startswith(reverse("mfa_reauthenticate"))
    without_password.refresh_from_db()
    assert not without_password.has_usable_password()


def test_it_is_set_after_the_second_factor(without_password: User) -> None:
    browser = _browser(without_password)
    browser.post(reverse("mfa_reauthenticate"), {"code": _code()})
    assert browser.get(reverse("account_set_password")).status_code == 200
    weak = browser.post(reverse("account_set_password"), {"password1": "short", "password2": "short"})
    assert weak.status_code == 200
    browser.post(reverse("account_set_password"), NEW)
    without_password.refresh_from_db()
    assert without_password.check_password(NEW["password1"])


def test_who_has_one_is_asked_for_it() -> None:
    browser = _browser(UserFactory.create(username="bia"))
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert browser.get(reverse("account_set_password"))["Location"] == reverse("account_change_password")
