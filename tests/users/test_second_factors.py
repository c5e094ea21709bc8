from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.api.client import V1
from tests.api.test_log_in import TOTP_SECRET, _code
from tests.factories.users import PASSWORD, UserFactory
from voipadmin.users.models import User

pytestmark = pytest.mark.django_db


def test_the_key_of_a_second_factor_is_not_readable_in_the_database() -> None:
    key = generate_totp_secret()

    TOTP.activate(UserFactory.create(), key)

    stored = Authenticator.objects.get().data["secret"]
    assert key not in stored
    assert get_adapter().decrypt(stored) == key


@pytest.fixture(autouse=True)
def one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the code that a test makes be that of the moment at which it is checked."""
    monkeypatch.setattr(auth, "time", SimpleNamespace(time=lambda: 1_796_000_000.0))


@pytest.fixture
def ana() -> User:
    ana: User = UserFactory.create(username="ana")
    TOTP.activate(ana, TOTP_SECRET)
    return ana


def _token(code: str) -> Any:
    body = {"username": "ana", "password": PASSWORD, "totp_code": code}
    return Client().post(f"{V1}/auth/login", body, content_type="application/json")


def _log_in(code: str) -> Client:
    browser = Client()
    browser.post(reverse("account_login"), {"login": "ana", "password": PASSWORD})
    browser.post(reverse("mfa_authenticate"), {"code": code})
    return browser


def test_a_code_is_good_once_on_pages_and_in_the_api_together(ana: User) -> None:
    code = _code()
    assert _token(code).status_code == 200
    cache.clear()
    assert _token(code).json()["code"] == "totp_invalid"
    assert "_auth_user_id" not in _log_in(code).session


def test_a_code_logs_in_while_redis_is_away(ana: User, settings: Any) -> None:
    nowhere = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": nowhere}
    assert "_auth_user_id" in _log_in(_code()).session


def test_a_code_is_not_kept_readable(ana: User) -> None:
    code = _code()
    _log_in(code)
    assert code not in str(Authenticator.objects.get(user=ana).data)
