"""Writes of tokens: issued at log-in, revoked one by one or all at once."""

from datetime import datetime
from typing import NoReturn

from allauth.mfa.models import Authenticator
from django.contrib.auth import authenticate, user_logged_in
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from voipadmin.core.errors import DomainError
from voipadmin.users.log_in.attempts import one_at_a_time
from voipadmin.users.log_in.delayed_forms import code_is_delayed, count_wrong_code
from voipadmin.users.models import RevokedToken, User
from voipadmin.users.second_factors.queries import has_second_factor, lacks_second_factor
from voipadmin.users.tokens.json_web_tokens import IssuedToken, VerifiedToken, issue_token


class LogInRefused(DomainError):
    """Wrong name, password or code; it never says which of name and password."""

    code = "invalid_credentials"


class LockedOut(DomainError):
    """Too many failures: nothing is checked before the delay is over."""

    code = "locked_out"


def log_in(*, request: HttpRequest, username: str, password: str, totp_code: str, now: datetime) -> IssuedToken:
    """Check name, password and, where the user has it on, the TOTP or a recovery code; return a token.

    Failures count towards the delays that pages, admin and API share.
    """
    with one_at_a_time(username):
        user = authenticate(request=request, username=username, password=password)
    if not isinstance(user, User):
        _refuse(request, LogInRefused(_("User name or password are wrong.")))
    _check_second_factor(request, user, totp_code)
    # With this attribute, axes would begin a session, only to note its key with the log-in.
    vars(request).pop("session", None)
    user_logged_in.send(sender=User, request=request, user=user)
    return issue_token(user, now=now)


def _check_second_factor(request: HttpRequest, user: User, totp_code: str) -> None:
    if lacks_second_factor(user):
        message = _("Your role demands a second factor: set one up on the panel’s pages first.")
        raise LogInRefused(message, field="totp_code", code="second_factor_missing")
    codes = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.WEBAUTHN).order_by("type")
    authenticators = list(codes)
    if not authenticators and not has_second_factor(user):
        return
    if not totp_code:
        raise LogInRefused(_("Send the code of your authenticator app, too."), field="totp_code", code="totp_required")
    if not _is_right_code(request, user, authenticators, totp_code):
        _refuse(request, LogInRefused(_("The code is wrong or was used."), field="totp_code", code="totp_invalid"))


def _is_right_code(request: HttpRequest, user: User, authenticators: list[Authenticator], code: str) -> bool:
    with one_at_a_time(user.username):
        if code_is_delayed(request, user):
            return False
        if any(authenticator.wrap().validate_code(code) for authenticator in authenticators):
            return True
        count_wrong_code(request, user)
    return False


def _refuse(request: HttpRequest, refusal: LogInRefused) -> NoReturn:
    if getattr(request, "axes_locked_out", False):
        raise LockedOut(_("Too many failed log-ins. Try again later."))
    raise refusal


def revoke_token(*, token: VerifiedToken, now: datetime) -> None:
    """Revoke one token; delete the entries of revoked tokens that have expired meanwhile."""
    with transaction.atomic():
        RevokedToken.objects.filter(expires_at__lt=now).delete()
        RevokedToken.objects.get_or_create(jti=token.jti, defaults={"user": token.user, "expires_at": token.expires_at})


def revoke_all_tokens(*, user: User, now: datetime) -> None:
    """Revoke every token that was issued to `user` before `now`."""
    user.tokens_valid_from = now
    User.objects.filter(pk=user.pk).update(tokens_valid_from=now)
