"""JSON Web Tokens of the API: HS256 and nothing else, keys by `kid`, each token revocable by its `jti`.

Source: RFC 7519 and RFC 8725 (JSON Web Token best current practices).
"""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Exists, OuterRef

from voipadmin.users.models import RevokedToken, User
from voipadmin.users.second_factors.queries import with_second_factor_state

ALGORITHM = "HS256"
ISSUER = "voipadmin"
AUDIENCE = "voipadmin-api"
CLAIMS = ["sub", "jti", "iat", "nbf", "exp", "aud", "iss"]
MINIMUM_KEY_BYTES = 32  # as long as the hash, RFC 7518 section 3.2


class TokenRefused(Exception):
    """The token is not accepted; `code` is stable and says no more than the bearer may know."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class IssuedToken:
    """A new token and how many seconds it lives."""

    access_token: str
    expires_in: int


@dataclass(frozen=True)
class VerifiedToken:
    """Whose a token is, its id and when it ends."""

    user: User
    jti: uuid.UUID
    expires_at: datetime


def token_keys() -> dict[str, bytes]:
    """Return the keys by `kid`, the signing one first; raise ImproperlyConfigured where one is weak or unnamed."""
    keys: dict[str, bytes] = {}
    for entry in settings.JWT_KEYS:
        kid, _colon, secret = entry.partition(":")
        if not kid or kid in keys or len(secret.encode()) < MINIMUM_KEY_BYTES:
            message = f"JWT_KEYS: each key is “kid:secret”, with its own kid and at least {MINIMUM_KEY_BYTES} bytes."
            raise ImproperlyConfigured(message)
        keys[kid] = secret.encode()
    if not keys:
        raise ImproperlyConfigured("JWT_KEYS holds no key.")
    return keys


def issue_token(user: User, *, now: datetime) -> IssuedToken:
    """Return a token of `user` that is valid from `now` for JWT_LIFETIME_SECONDS."""
    kid, key = next(iter(token_keys().items()))
    lifetime = timedelta(seconds=settings.JWT_LIFETIME_SECONDS)
    claims = {
        "sub": str(user.pk),
        "jti": str(uuid.uuid4()),
        # With its fraction: a token made in the second of a revocation, but after it, is good.
        "iat": now.timestamp(),
        "nbf": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
        "aud": AUDIENCE,
        "iss": ISSUER,
    }
    token = jwt.encode(claims, key, algorithm=ALGORITHM, headers={"kid": kid})
    return IssuedToken(access_token=token, expires_in=int(lifetime.total_seconds()))


def verify_token(token: str) -> VerifiedToken:
    """Return whose token it is; raise TokenRefused where signature, time, user or revocation speak against it."""
    claims = _decode(token)
    try:
        user_id, jti = uuid.UUID(claims["sub"]), uuid.UUID(claims["jti"])
        expires_at = datetime.fromtimestamp(claims["exp"], tz=UTC)
    except (ValueError, AttributeError, TypeError, OverflowError) as error:
        raise TokenRefused("token_invalid") from error
    revoked = RevokedToken.objects.filter(jti=jti, user=OuterRef("pk"))
    active = with_second_factor_state(User.objects.filter(pk=user_id, is_active=True))
    user = active.annotate(token_revoked=Exists(revoked)).first()
    if user is None:
        raise TokenRefused("token_invalid")
    if user.token_revoked or _is_older(claims["iat"], user.tokens_valid_from):
        raise TokenRefused("token_revoked")
    return VerifiedToken(user=user, jti=jti, expires_at=expires_at)


def _is_older(issued_at: float, valid_from: datetime | None) -> bool:
    return valid_from is not None and issued_at < valid_from.timestamp()


def _decode(token: str) -> dict[str, Any]:
    try:
        key = token_keys().get(jwt.get_unverified_header(token).get("kid", ""))
        if key is None:
            raise TokenRefused("token_invalid")
        return jwt.decode(
            token, key, algorithms=[ALGORITHM], audience=AUDIENCE, issuer=ISSUER, options={"require": CLAIMS}
        )
    except jwt.ExpiredSignatureError as error:
        raise TokenRefused("token_expired") from error
    except (jwt.InvalidTokenError, OverflowError, TypeError, ValueError) as error:
        raise TokenRefused("token_invalid") from error
