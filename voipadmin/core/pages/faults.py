"""The pages of what went wrong: in the panel's frame for who is logged in, in that of the log-in for who is not."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string

PANEL, ENTRANCE = "base.html", "allauth/layouts/entrance.html"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that made no sense, or whose form is longer than any that is taken."""
    return _in_frame(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django gives it
    """Answer somebody whose role does not open the page."""
    return _in_frame(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django gives it
    """Answer a form that came from elsewhere, or is too old."""
    return _in_frame(request, 403, "403_csrf.html")


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django gives it
    """Answer for an address that leads nowhere, or to what the user may not see."""
    return _in_frame(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django gives it
    """Answer after a fault of ours. Nothing is asked of the database or of Redis: they may be what is broken."""
    return HttpResponse(_still(500, "500.html"), status=500)


class MethodFaultMiddleware:
    """Give the answer to a method that a page does not take a body: Django's has none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve the request; keep which methods are allowed."""
        response = self.get_response(request)
        # Django's own answer alone; that of the API says what is wrong by itself.
        if not isinstance(response, HttpResponseNotAllowed) or response.content:
            return response
        page = _in_frame(request, HTTPStatus.METHOD_NOT_ALLOWED)
        page["Allow"] = response["Allow"]
        return page


def _in_frame(request: HttpRequest, status: int, template: str = "") -> HttpResponse:
    template = template or f"{status}.html"
    # What was refused before anybody knew who asks has no user.
    user: Any = getattr(request, "user", None)
    if user is None:
        return HttpResponse(_still(status, template), status=status)
    frame = PANEL if user.is_authenticated else ENTRANCE
    return render(request, template, {"frame": frame, "code": status}, status=status)


def _still(status: int, template: str) -> str:
    return render_to_string(template, {"site_name": settings.SITE_NAME, "code": status})
