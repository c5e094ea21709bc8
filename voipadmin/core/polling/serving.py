"""Answers polls before Django is asked: an address says by itself who may have it, so no session is read.

Django's own view of the same address answers where the application is served without this wrapper. A proxy may keep an
answer until its `X-Accel-Expires` for whoever asks for the same address: `deploy/nginx/voipadmin.conf` does.
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
from voipadmin.core.polling.parts import Drawing

log = structlog.get_logger(__name__)

StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]
Answer = tuple[HTTPStatus, bytes, list[tuple[str, str]]]

# The part is read by a script of ours and put into a page; opened by itself it may do nothing.
HEADERS = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "private, no-store"),
    ("Vary", "Accept-Encoding"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
]
PACKED = ("Content-Encoding", "gzip")


def poll(token: str, mark: str, encodings: str) -> Answer:
    """Return status, body and headers: 404 for an address that is too old or not ours, 304 for a mark that is known.

    The body is packed where gzip is among the `encodings` that the browser takes.
    """
    drawing = _drawing_of(token)
    if drawing is None:
        return _answer(HTTPStatus.NOT_FOUND)
    # nginx keeps the answer to the end of the second that it is told.
    headers = [("ETag", f'"{drawing.mark}"'), ("X-Accel-Expires", f"@{int(drawing.until) - 1}")]
    # A proxy that compresses makes the mark a weak one.
    if drawing.mark == mark.removeprefix("W/").strip('"'):
        return _answer(HTTPStatus.NOT_MODIFIED, b"", *headers)
    if "gzip" in encodings:
        return _answer(HTTPStatus.OK, drawing.packed, *headers, PACKED)
    return _answer(HTTPStatus.OK, drawing.text, *headers)


def _answer(status: HTTPStatus, body: bytes = b"", *headers: tuple[str, str]) -> Answer:
    return status, body, [*HEADERS, ("Content-Length", str(len(body))), *headers]


def _drawing_of(token: str) -> Drawing | None:
    address = parts.read_address(token)
    if address is None:
        return None
    if not parts.is_declared(address.part):
        # This process has not served a page yet: parts are declared where the addresses of pages are.
        list(get_resolver().url_patterns)
    return parts.answer(address)


def with_polling(application: Application) -> Application:
    """Return `application` with polls answered in front of it."""

    def serve(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith(parts.PREFIX) or environ.get("REQUEST_METHOD") != "GET":
            return application(environ, start_response)
        mark, encodings = environ.get("HTTP_IF_NONE_MATCH", ""), environ.get("HTTP_ACCEPT_ENCODING", "")
        try:
            status, body, headers = poll(path.removeprefix(parts.PREFIX), mark, encodings)
        except Exception:
            # As Django would: the page shows what it has, and asks again.
            log.exception("part_not_drawn")
            status, body, headers = _answer(HTTPStatus.INTERNAL_SERVER_ERROR)
        finally:
            # Drawing may have opened a connection; nobody else closes one that the database has dropped.
            close_old_connections()
        start_response(f"{status.value} {status.phrase}", headers)
        return [body]

    return serve


@login_not_required
@require_safe
def part_view(request: HttpRequest, token: str) -> HttpResponse:
    """Answer a poll where Django is asked itself."""
    mark, encodings = request.headers.get("If-None-Match", ""), request.headers.get("Accept-Encoding", "")
    status, body, headers = poll(token, mark, encodings)
    return HttpResponse(body, status=status, headers=dict(headers))
