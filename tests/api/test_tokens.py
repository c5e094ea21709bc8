"""Bearer tokens: what opens the API, what does not, and what ends a token."""

import base64
import json
import uuid
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from pytest_django import Settings

from tests.api.client import ApiClient, problem
from tests.factories import PASSWORD, UserFactory
from voipadmin.users.models import RevokedToken, User
from voipadmin.users.people.services import save_user
from voipadmin.users.roles import Role
from voipadmin.users.tokens.json_web_tokens import AUDIENCE, ISSUER, issue_token, token_keys
from voipadmin.users.tokens.services import revoke_all_tokens

pytestmark = pytest.mark.django_db

KEY = "k" * 40
OTHER_KEY = "o" * 40


@pytest.fixture
def user(settings: Settings) -> User:
    settings.JWT_KEYS = [f"one:{KEY}"]
    return UserFactory.create(role=Role.ADMIN)


def _claims(user: User, **changes: Any) -> dict[str, Any]:
    now = int(timezone.now().timestamp())
    claims = {
        "sub": str(user.pk),
        "jti": str(uuid.uuid4()),
        "iat": now,
        "nbf": now,
        "exp": now + 60,
        "aud": AUDIENCE,
        "iss": ISSUER,
    }
    return {name: value for name, value in (claims | changes).items() if value is not None}


def _signed(claims: dict[str, Any], key: Any = KEY, algorithm: str = "HS256", kid: Any = "one") -> str:
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid} if kid is not None else {})


def _refusal(token: str) -> str:
    answer = ApiClient(token=token).get("/auth/me")
    assert answer["WWW-Authenticate"].startswith("Bearer")
    return str(problem(answer, 401)["code"])


def test_a_token_opens_the_api_and_has_every_claim(user: User) -> None:
    token = issue_token(user, now=timezone.now()).access_token
    assert ApiClient(token=token).get("/auth/me").json()["username"] == user.username
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "kid": "one", "typ": "JWT"}
    claims = jwt.decode(token, options={"verify_signature": False})
    assert set(claims) == {"sub", "jti", "iat", "nbf", "exp", "aud", "iss"}


def test_a_token_without_its_kind_of_signature_is_refused(user: User) -> None:
    claims = _claims(user)
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": "one", "typ": "JWT"}).encode()).rstrip(b"=")
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=")
    assert _refusal(f"{header.decode()}.{body.decode()}.") == "token_invalid"


def test_a_token_signed_by_another_algorithm_is_refused(user: User) -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    assert _refusal(_signed(_claims(user), key=pem, algorithm="RS256")) == "token_invalid"
    assert _refusal(_signed(_claims(user), key=KEY + "k" * 24, algorithm="HS512")) == "token_invalid"


def test_a_token_signed_by_another_key_is_refused(user: User) -> None:
    assert _refusal(_signed(_claims(user), key=OTHER_KEY)) == "token_invalid"


@pytest.mark.parametrize("kid", ["two", "", None, "../../dev/null"])
def test_a_token_of_an_unknown_key_is_refused(user: User, kid: str | None) -> None:
    assert _refusal(_signed(_claims(user), kid=kid)) == "token_invalid"


@pytest.mark.parametrize(
    "changes",
    [{name: None} for name in ("sub", "jti", "iat", "nbf", "exp", "aud", "iss")]
    + [
        {"aud": "another"},
        {"iss": "another"},
        {"sub": "nobody"},
        {"jti": 7},
        {"iat": "yesterday"},
        {"nbf": 32_503_680_000},
        {"exp": 10**30},
        {"iat": 10**400},
        {"sub": "8a17c036-1dd3-4f3e-b55f-884a01fdadef"},
    ],
    ids=str,
)
def test_a_token_with_a_wrong_or_missing_claim_is_refused(user: User, changes: dict[str, Any]) -> None:
    assert _refusal(_signed(_claims(user, **changes))) == "token_invalid"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é" * 40, "." * 500, "\x00"])
def test_nonsense_is_refused(user: User, token: str) -> None:
    assert _refusal(token) == "token_invalid"


def test_an_expired_token_says_so(user: User, settings: Settings) -> None:
    settings.JWT_LIFETIME_SECONDS = 3600
    old = issue_token(user, now=timezone.now() - timedelta(seconds=3601))
    assert _refusal(old.access_token) == "token_expired"
    assert old.expires_in == 3600


def test_an_older_key_still_verifies_and_the_newest_signs(user: User, settings: Settings) -> None:
    before = issue_token(user, now=timezone.now()).access_token
    settings.JWT_KEYS = [f"two:{OTHER_KEY}", f"one:{KEY}"]
    after = issue_token(user, now=timezone.now()).access_token
    assert jwt.get_unverified_header(after)["kid"] == "two"
    for token in (before, after):
        assert ApiClient(token=token).get("/auth/me").status_code == 200
    settings.JWT_KEYS = [f"two:{OTHER_KEY}"]
    assert _refusal(before) == "token_invalid"
    assert ApiClient(token=after).get("/auth/me").status_code == 200


@pytest.mark.parametrize("keys", [[], ["1:short"], [KEY], [f"a:{KEY}", f"a:{OTHER_KEY}"], [f":{KEY}"]], ids=str)
def test_weak_or_ambiguous_keys_stop_the_start(settings: Settings, keys: list[str]) -> None:
    settings.JWT_KEYS = keys
    with pytest.raises(ImproperlyConfigured):
        token_keys()
    assert "users.E001" in {message.id for message in run_checks()}


def test_logging_out_ends_this_token_and_no_other(user: User) -> None:
    first, second = ApiClient(user), ApiClient(user)
    assert first.post("/auth/logout").status_code == 204
    assert _refusal(first.token or "") == "token_revoked"
    assert second.get("/auth/me").status_code == 200


def test_the_record_of_a_token_that_ended_by_itself_is_dropped(user: User) -> None:
    RevokedToken.objects.create(user=user, expires_at=timezone.now() - timedelta(seconds=1))
    ApiClient(user).post("/auth/logout")
    assert RevokedToken.objects.get().expires_at > timezone.now()


def test_logging_out_everywhere_ends_every_token_but_later_ones(user: User) -> None:
    first, second = ApiClient(user), ApiClient(user)
    assert first.post("/auth/logout-all").status_code == 204
    assert {_refusal(client.token or "") for client in (first, second)} == {"token_revoked"}
    assert ApiClient(user).get("/auth/me").status_code == 200


def test_the_tokens_of_a_user_can_be_revoked_at_once(user: User) -> None:
    client, other = ApiClient(user), ApiClient(UserFactory.create())
    revoke_all_tokens(user=user, now=timezone.now())
    assert client.get("/auth/me").status_code == 401
    assert other.get("/auth/me").status_code == 200


def _change_role(user: User) -> None:
    user.role = Role.VIEWER
    user.save()


def _change_password(user: User) -> None:
    user.set_password("another-good-password")
    user.save(update_fields=["password"])


def _change_by_service(user: User) -> None:
    save_user(user=user, password="another-good-password")


@pytest.mark.parametrize("change", [_change_role, _change_password, _change_by_service])
def test_a_new_role_or_password_ends_the_tokens(user: User, change: Any) -> None:
    UserFactory.create(role=Role.ADMIN)
    client = ApiClient(user)
    change(user)
    assert _refusal(client.token or "") == "token_revoked"


def test_an_inactive_user_is_out_and_stays_out_with_the_old_token(user: User) -> None:
    client = ApiClient(user)
    user.is_active = False
    user.save()
    assert client.get("/auth/me").status_code == 401
    user.is_active = True
    user.save()
    assert _refusal(client.token or "") == "token_revoked"


def test_a_log_in_or_another_change_leaves_the_tokens(user: User) -> None:
    client = ApiClient(user)
    user.first_name = "Ana"
    user.save()
    assert ApiClient().post("/auth/login", {"username": user.username, "password": PASSWORD}).status_code == 200
    assert client.get("/auth/me").json()["name"] == "Ana"


def test_a_deleted_users_token_opens_nothing(user: User) -> None:
    client = ApiClient(user)
    user.delete()
    assert client.get("/auth/me").status_code == 401
