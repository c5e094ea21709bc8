"""Keeps each session's device, address and last use for the list of one's own sessions."""

import time
from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponseBase

NOTED = "users.session_noted_at"
# allauth's own middleware writes at every request; a page asks several times a minute.
INTERVAL_SECONDS = 300


class SessionUseMiddleware:
    """Note a session that is used, at most once in five minutes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Note it, then serve the request."""
        if request.user.is_authenticated and not hasattr(request, "verified_token"):
            now = time.time()
            if not 0 <= now - request.session.get(NOTED, 0) < INTERVAL_SECONDS:
                request.session[NOTED] = now
                UserSession.objects.create_from_request(request)
        return self.get_response(request)
