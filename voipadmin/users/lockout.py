"""The answer to who is locked out, and the lock-out of the second factor."""

from typing import Any

from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.signals import authentication_failed
from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth import user_login_failed
from django.core.exceptions import ValidationError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from voipadmin.users.middleware import API_PREFIX
from voipadmin.users.models import User


def lockout_response(
    request: HttpRequest, original_response: HttpResponse, _credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """Answer with the lock-out page; the API has already answered in its own way."""
    if request.path_info.startswith(API_PREFIX):
        return original_response
    return render(request, settings.AXES_LOCKOUT_TEMPLATE, {"username": ""}, status=429)


@receiver(authentication_failed, dispatch_uid="users.count_wrong_code")
def count_wrong_code(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    """Count a wrong TOTP code like a wrong password: six digits are few."""
    user_login_failed.send(sender=User, credentials={"username": user.username}, request=request)


def _refuse_when_locked(user: User) -> None:
    request = context.request
    if AxesProxyHandler.is_locked(request, {"username": user.username}):
        request.axes_locked_out = True
        raise ValidationError(_("Too many failed log-ins. Try again later."), code="locked_out")


class LockingAuthenticateForm(AuthenticateForm):
    """The code at log-in; it is not checked once the user is locked out."""

    def clean_code(self) -> str:
        """Refuse before checking, so that a right guess after the limit does not log in."""
        _refuse_when_locked(self.user)
        return str(super().clean_code())


class LockingReauthenticateForm(ReauthenticateForm):
    """The code before a sensitive step, with the same limit."""

    def clean_code(self) -> str:
        """Refuse before checking."""
        _refuse_when_locked(self.user)
        return str(super().clean_code())
