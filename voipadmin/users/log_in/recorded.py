"""Log-ins, refused ones, delays and log-outs are entries of the audit log: who, from where, with what.

What is not looked at, because it has to wait, is no entry: a guesser cannot fill the log. Of names that no user has
only the beginning is kept: people type passwords into the wrong field.
"""

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from voipadmin.core.audit.events import AuditEvent, record_event
from voipadmin.users.api_requests import is_api_request
from voipadmin.users.models import User

SHOWN_OF_A_NAME = 2
LONGEST_AGENT = 200
PAGES, API, CODE = "panel", "API", "second factor"


@receiver(user_logged_in, dispatch_uid="users.record_log_in")
def record_log_in(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    """Note a log-in on the pages or the API; a session that a program began came from nowhere."""
    if "REMOTE_ADDR" in request.META:
        record_event(AuditEvent.LOG_IN, user, details=_details(request), actor=user)


@receiver(user_logged_out, dispatch_uid="users.record_log_out")
def record_log_out(request: HttpRequest | None, user: User | None, **_kwargs: Any) -> None:
    """Note that a session was ended by its user."""
    if user is not None and request is not None and "REMOTE_ADDR" in request.META:
        record_event(AuditEvent.LOG_OUT, user, actor=user)


@receiver(user_login_failed, dispatch_uid="users.record_failed_log_in")
def record_failure(credentials: dict[str, Any], request: HttpRequest | None = None, **_kwargs: Any) -> None:
    """Note a wrong password or code that was looked at; the one that begins a delay is told by the delay's entry."""
    if request is None or getattr(request, "axes_locked_out", False) or "REMOTE_ADDR" not in request.META:
        return
    name = str(credentials.get("username") or "")
    _record(AuditEvent.LOG_IN_FAILED, request, name, is_code=bool(credentials.get("second_factor")))


@receiver(user_locked_out, dispatch_uid="users.record_delay")
def record_delay(request: HttpRequest, **_kwargs: Any) -> None:
    """Note that the next log-in has to wait, once for each delay: axes tells it of every attempt meanwhile."""
    if not getattr(request, "delay_begins", False):
        return
    credentials: dict[str, Any] = getattr(request, "axes_credentials", None) or {}
    _record(AuditEvent.LOG_IN_DELAYED, request, str(credentials.get("username") or ""))


def _record(event: AuditEvent, request: HttpRequest, name: str, *, is_code: bool = False) -> None:
    user = User.objects.filter(username__iexact=name).first() if name and "\0" not in name else None
    shown = "" if user else f"{name[:SHOWN_OF_A_NAME]}…"
    record_event(event, user or User, details={**_details(request, is_code=is_code), "username": shown})


def _details(request: HttpRequest, *, is_code: bool = False) -> dict[str, object]:
    way = CODE if is_code else API if is_api_request(request) else PAGES
    return {"way": way, "user_agent": request.headers.get("user-agent", "")[:LONGEST_AGENT]}
