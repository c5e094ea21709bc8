"""Answers polls before Django is asked: an address says by itself who may have it, so no session is read.

Django's own view of the same address answers where the application is served without this wrapper.
"""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

import structlog
from django.contrib.auth.decorators import login_not_required
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse
from django.urls import get_resolver
from django.views.decorators.http import require_safe

from voipadmin.core.polling import parts

log = structlog.get_logger(__name__)

StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

# The part is read by a script of ours and put into a page; opened by itself it may do nothing.
HEADERS = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "private, no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
]


def poll(token: str, mark: str) -> tuple[HTTPStatus, bytes, str]:
    """Return status, text and mark of a part: 404 for an address that is too old or not ours, 304 for what is known."""
    address = parts.read_address(token)
    if address is None:
        return HTTPStatus.NOT_FOUND, b"", ""
    if not parts.is_declared(address.part):
        # This process has not served a page yet: parts are declared where the addresses of pages are.
        list(get_resolver().url_patterns)
    drawing = parts.answer(address)
    if drawing is None:
        return HTTPStatus.NOT_FOUND, b"", ""
    # A proxy that compresses makes the mark a weak one.
    if drawing.mark == mark.removeprefix("W/").strip('"'):
        return HTTPStatus.NOT_MODIFIED, b"", drawing.mark
    return HTTPStatus.OK, drawing.text, drawing.mark


def with_polling(application: Application) -> Application:
    """Return `application` with polls answered in front of it."""

    def serve(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith(parts.PREFIX) or environ.get("REQUEST_METHOD") != "GET":
            return application(environ, start_response)
        try:
            status, text, mark = poll(path.removeprefix(parts.PREFIX), environ.get("HTTP_IF_NONE_MATCH", ""))
        except Exception:
            # As Django would: the page shows what it has, and asks again.
            log.exception("part_not_drawn")
            status, text, mark = HTTPStatus.INTERNAL_SERVER_ERROR, b"", ""
        finally:
            # Drawing may have opened a connection; nobody else closes one that the database has dropped.
            close_old_connections()
        start_response(f"{status.value} {status.phrase}", [*HEADERS, *_own_headers(text, mark)])
        return [text]

    return serve


def _own_headers(text: bytes, mark: str) -> list[tuple[str, str]]:
    return [("Content-Length", str(len(text))), *([("ETag", f'"{mark}"')] if mark else [])]


@login_not_required
@require_safe
def part_view(request: HttpRequest, token: str) -> HttpResponse:
    """Answer a poll where Django is asked itself."""
    status, text, mark = poll(token, request.headers.get("If-None-Match", ""))
    return HttpResponse(text, status=status, headers=dict([*HEADERS, *_own_headers(text, mark)]))
