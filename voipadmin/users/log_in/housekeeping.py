"""Deletes what log-ins leave behind once nothing asks for it any more."""

from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet

from voipadmin.users.models import RevokedToken

BATCH = 5_000
# Delays ask for the last 30 days; who logged in from where is kept for a year for whoever looks into something later.
LOG_INS_KEPT_FOR = timedelta(days=366)


def forget_expired_log_ins(*, now: datetime) -> dict[str, int]:
    """Delete expired rows and return how many of each kind, in batches that are each committed.

    1. Sessions that are over, and the lines of one's own list that belong to none.
    2. Failed log-ins that no longer delay any, and log-ins of more than a year ago.
    3. Revoked tokens that would have expired by now.
    """
    failures_count_from = now - timedelta(hours=settings.AXES_COOLOFF_TIME)
    over = Session.objects.filter(expire_date__lt=now)
    # A line is written in the request that begins its session, whose row comes with the answer.
    without_session = UserSession.objects.filter(
        ~Exists(Session.objects.filter(session_key=OuterRef("session_key"))),
        last_seen_at__lt=now - timedelta(seconds=settings.SESSION_COOKIE_AGE),
    )
    return {
        "sessions": _delete(over),
        "session_lines": _delete(without_session),
        "failures": _delete(AccessAttempt.objects.filter(attempt_time__lt=failures_count_from)),
        "log_ins": _delete(AccessLog.objects.filter(attempt_time__lt=now - LOG_INS_KEPT_FOR)),
        "revoked_tokens": _delete(RevokedToken.objects.filter(expires_at__lt=now)),
    }


def _delete(rows: QuerySet[Any]) -> int:
    """Delete rows batch by batch: one statement over a million would lock them all for as long as it takes."""
    deleted = 0
    while keys := list(rows.order_by().values_list("pk", flat=True)[:BATCH]):
        rows.model._default_manager.filter(pk__in=keys).delete()
        deleted += len(keys)
    return deleted
