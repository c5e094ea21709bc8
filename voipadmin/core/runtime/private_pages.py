"""Keeps pages behind the log-in out of every cache that others could read."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_cache_control

# Passwords, second factors and their codes, sessions, and whatever the Django admin shows.
SECRET_NAMES = (
    "account_",
    "mfa_",
    "usersessions_",
    "users:user_password",
    "users:user_create",
    "users:user_enrolment",
    "admin:",
)


class PrivatePagesMiddleware:
    """Let nobody keep a page with secrets, and only the user's own browser, which asks each time, keep another.

    A view that says itself how its answer may be kept is not overruled; neither are pages before the log-in.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve the request, then mark the answer."""
        known = request.user.is_authenticated
        response = self.get_response(request)
        if not known or response.has_header("Cache-Control"):
            return response
        if _shows_secrets(request):
            patch_cache_control(response, private=True, no_store=True)
        else:
            patch_cache_control(response, private=True, no_cache=True)
        return response


def _shows_secrets(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and match.view_name.startswith(SECRET_NAMES)
