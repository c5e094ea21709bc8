"""What happens to somebody's second factors: an entry of the user's changelog, and a mail to the user."""

from typing import Any

import structlog
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from auditlog.models import LogEntry
from celery import current_app
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from kombu.exceptions import OperationalError

from voipadmin.users.models import EnrolmentCode, User

log = structlog.get_logger(__name__)
NOTICE_TASK = "voipadmin.users.tasks.send_second_factor_notice"


def record_second_factor(user: User, before: str, after: str) -> None:
    """Note in the user's changelog what a second factor was and is, with who did it and from where."""
    entries: Any = LogEntry.objects
    changes = {"second_factor": [before, after]}
    entries.log_create(user, force_log=True, action=LogEntry.Action.UPDATE, changes=changes)


@receiver((authenticator_added, authenticator_reset), dispatch_uid="users.tell_of_added_factor")
def tell_of_added_factor(request: HttpRequest, user: User, authenticator: Authenticator, **_details: Any) -> None:
    """Note and tell the user that a factor was set up; its enrolment code is used up."""
    EnrolmentCode.objects.filter(user=user).delete()
    record_second_factor(user, "", authenticator.type)
    _tell(request, user, "added")


@receiver(authenticator_removed, dispatch_uid="users.tell_of_removed_factor")
def tell_of_removed_factor(request: HttpRequest, user: User, authenticator: Authenticator, **_details: Any) -> None:
    """Note and tell the user that a factor is gone."""
    record_second_factor(user, authenticator.type, "")
    _tell(request, user, "removed")


def _tell(request: HttpRequest, user: User, what: str) -> None:
    """Have a worker send the mail; without an address there is the changelog alone."""
    if not user.email:
        return
    address, at = str(request.META.get("REMOTE_ADDR", "")), timezone.now().isoformat()
    try:
        current_app.send_task(NOTICE_TASK, args=[str(user.pk), what, address, at])
    except (OperationalError, OSError) as error:
        log.warning("users.notice_not_sent", user=user.username, error=str(error))
