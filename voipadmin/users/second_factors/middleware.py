"""Leads users whose role demands a second factor to set one up, and lets them do nothing else before."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import Resolver404, resolve

from voipadmin.core.api.problems import ProblemError, problem_response
from voipadmin.users.api_requests import is_api_request
from voipadmin.users.second_factors.enrolment import may_enrol
from voipadmin.users.second_factors.queries import lacks_second_factor

# What is needed to set one up, and to leave.
OPEN = {
    "account_logout",
    "account_reauthenticate",
    "account_change_password",
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "second_factor_first",
    "set_language",
    "health_live",
    "health_ready",
}


# What sets one up: after the enrolment code was entered.
ENROLLING = {"mfa_activate_totp", "mfa_add_webauthn"}


class SecondFactorMiddleware:
    """Ask for the second factor before any other page, the Django admin and the API included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve the request, or lead elsewhere."""
        if not lacks_second_factor(request.user):
            return self.get_response(request)
        if is_api_request(request):
            message = "Your role demands a second factor: set one up on the panel's pages first."
            return problem_response(ProblemError(HTTPStatus.FORBIDDEN, "second_factor_missing", message))
        name = _name_of(request)
        if name in OPEN or (name in ENROLLING and may_enrol(request)):
            return self.get_response(request)
        if request.headers.get("HX-Request"):
            return HttpResponse(status=HTTPStatus.NO_CONTENT)  # parts that a page fetches by itself
        return redirect("users:second_factor_first")


def _name_of(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).url_name or ""
    except Resolver404:
        return ""
