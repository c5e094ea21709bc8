"""Delays of the second factor and of the old password, and the answer to who has to wait."""

from math import ceil
from typing import Any

from allauth.account.forms import ChangePasswordForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.signals import authentication_failed
from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth import authenticate, user_login_failed
from django.core.exceptions import ValidationError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from voipadmin.users.api_requests import is_api_request
from voipadmin.users.log_in.attempts import one_at_a_time
from voipadmin.users.models import User

MINUTE_SECONDS = 60


def wait_response(
    request: HttpRequest, original_response: HttpResponse, _credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """Answer with the page that asks to wait; the API has already answered in its own way."""
    if is_api_request(request):
        return original_response
    seconds = wait_seconds(request)
    response = render(request, "account/wait.html", {"wait": _wait_in_words(seconds)}, status=429)
    response["Retry-After"] = str(seconds)
    return response


def wait_seconds(request: HttpRequest) -> int:
    """Return for how many seconds the log-in has to wait, as the handler noted it; at least one."""
    return max(int(getattr(request, "login_wait_seconds", 1)), 1)


def _wait_in_words(seconds: int) -> str:
    if seconds <= MINUTE_SECONDS:
        sentence = ngettext("Wait one second, then try again.", "Wait %(count)s seconds, then try again.", seconds)
        return sentence % {"count": seconds}
    minutes = ceil(seconds / MINUTE_SECONDS)
    return ngettext("Wait one minute, then try again.", "Wait %(count)s minutes, then try again.", minutes) % {
        "count": minutes
    }


def code_is_delayed(request: Any, user: User) -> bool:
    """Tell whether the user's next code has to wait, and let the request be answered so."""
    if AxesProxyHandler.is_allowed(request, code_credentials(user)):
        return False
    request.axes_locked_out = True
    return True


def code_credentials(user: User) -> dict[str, Any]:
    """Return what failures of the user's second factor are counted by."""
    return {"username": user.username, "second_factor": True}


@receiver(authentication_failed, dispatch_uid="users.count_wrong_code")
def count_wrong_code(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    """Count a wrong code, like a wrong password: six digits are few."""
    user_login_failed.send(sender=User, credentials=code_credentials(user), request=request)


def _clean_code(form: BaseAuthenticateForm, clean: Any) -> str:
    """Refuse before checking, so that a right guess during the delay does not log in."""
    failure = None
    # A failure is counted inside: raised there, it would be rolled back with its count.
    with one_at_a_time(form.user.username):
        if code_is_delayed(context.request, form.user):
            failure = ValidationError(_("Too many failed log-ins. Try again later."), code="locked_out")
        else:
            try:
                return str(clean())
            except ValidationError as error:
                failure = error
    raise failure


class DelayedAuthenticateForm(AuthenticateForm):
    """The code at log-in."""

    def clean_code(self) -> str:
        """Check the code, if it need not wait."""
        return _clean_code(self, super().clean_code)


class DelayedReauthenticateForm(ReauthenticateForm):
    """The code before a sensitive step, with the same delays."""

    def clean_code(self) -> str:
        """Check the code, if it need not wait."""
        return _clean_code(self, super().clean_code)


class DelayedChangePasswordForm(ChangePasswordForm):
    """A new password; the old one is checked as at log-in, so that an open session is no way to guess it."""

    def clean_oldpassword(self) -> str:
        """Check the old password, count a wrong one."""
        password = str(self.cleaned_data.get("oldpassword", ""))
        with one_at_a_time(self.user.username):
            user = authenticate(context.request, username=self.user.username, password=password)
        if user != self.user:
            raise ValidationError(_("This is not your present password."), code="enter_current_password")
        return password
