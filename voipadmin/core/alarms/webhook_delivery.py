"""Delivery of webhook messages: at least once, each try logged; what is not taken is sent again, at last given up.

1. Beat wakes a worker for each webhook that has something due; one worker at a time is at it.
2. A message keeps its id and its body however often it is sent; each try is signed anew with its time.
3. After a failure the worker leaves: the next message is tried at the next waking, so that nobody waits for a receiver
   that is down longer than for one try.
4. A receiver that answers 410, or took nothing for WEBHOOK_DISABLED_AFTER_HOURS, is switched off, with an alarm.
"""

import time
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from voipadmin.core.alarms.kinds import AlarmKind
from voipadmin.core.alarms.own_kinds import WEBHOOK_DISABLED
from voipadmin.core.alarms.services import report_state
from voipadmin.core.models import MessageStatus, Webhook, WebhookAttempt, WebhookMessage
from voipadmin.core.runtime.locks import lock_key, session_lock
from voipadmin.core.webhooks.schedule import pause_after
from voipadmin.core.webhooks.signing import signed_headers
from voipadmin.core.webhooks.transport import Answer, post

log = structlog.get_logger(__name__)

GONE = 410
# A worker leaves after this long, below the limit of its task.
WORKING_SECONDS = 30
KEPT = timedelta(days=90)


def webhooks_with_messages(now: datetime) -> list[UUID]:
    """Return the webhooks that have something due."""
    due = WebhookMessage.objects.filter(status=MessageStatus.WAITING, due_at__lte=now, webhook__enabled=True)
    return list(due.order_by("webhook").values_list("webhook", flat=True).distinct())


def deliver(webhook_id: UUID) -> int:
    """Send what is due for a webhook, oldest first, until one fails; return how many were taken."""
    with session_lock(lock_key(b"core:webhook:" + webhook_id.bytes)) as lock:
        if lock is None:
            return 0
        began, taken = time.monotonic(), 0
        while time.monotonic() - began < WORKING_SECONDS and (message := _next(webhook_id)) is not None:
            if not _try(message):
                break
            taken += 1
    return taken


def report_disabled_webhooks() -> None:
    """Open an alarm for each webhook that the panel switched off, and close those of others."""
    disabled = Webhook.objects.filter(enabled=False).exclude(disabled_reason="")
    details = {str(row.pk): {"name": row.name, "reason": row.disabled_reason} for row in disabled}
    kind: AlarmKind = WEBHOOK_DISABLED
    report_state(kind, details)


def forget_old_messages(now: datetime) -> int:
    """Delete the messages of more than 90 days ago that wait no longer; return how many there were."""
    old = WebhookMessage.objects.filter(created_at__lt=now - KEPT).exclude(status=MessageStatus.WAITING)
    return old.delete()[0]


def _next(webhook_id: UUID) -> WebhookMessage | None:
    due = WebhookMessage.objects.filter(
        webhook=webhook_id, webhook__enabled=True, status=MessageStatus.WAITING, due_at__lte=timezone.now()
    )
    return due.select_related("webhook").order_by("due_at", "created_at").first()


def _try(message: WebhookMessage) -> bool:
    webhook, now, body = message.webhook, timezone.now(), message.body.encode()
    headers = signed_headers(webhook.secrets_in_force, message_id=message.message_id, now=now, body=body)
    answer = post(webhook.url, body, headers)
    with transaction.atomic():
        WebhookAttempt.objects.create(
            message=message,
            at=now,
            status=answer.status,
            milliseconds=answer.milliseconds,
            excerpt=answer.excerpt,
            error=answer.error,
        )
        if answer.is_success:
            _note_taken(message, now)
        else:
            _note_failed(message, answer, now)
    return answer.is_success


def _note_taken(message: WebhookMessage, now: datetime) -> None:
    message.status, message.delivered_at = MessageStatus.DELIVERED, now
    message.save(update_fields=["status", "delivered_at", "updated_at"])
    Webhook.objects.filter(pk=message.webhook_id).exclude(failing_since=None).update(failing_since=None)


def _note_failed(message: WebhookMessage, answer: Answer, now: datetime) -> None:
    message.failures += 1
    asked = answer.retry_after_seconds
    pause = pause_after(message.failures, asked_for=timedelta(seconds=asked) if asked else None)
    if pause is None:
        message.status = MessageStatus.GIVEN_UP
    else:
        message.due_at = timezone.now() + pause
    message.save(update_fields=["status", "due_at", "failures", "updated_at"])
    log.warning("webhook_not_taken", webhook=message.webhook.name, status=answer.status, error=answer.error)
    # The row may have been saved by a person meanwhile: only these columns, on the row as it is.
    webhook = Webhook.objects.select_for_update().get(pk=message.webhook_id)
    failing_since = webhook.failing_since or now
    Webhook.objects.filter(pk=webhook.pk).update(failing_since=failing_since)
    longest = timedelta(hours=settings.WEBHOOK_DISABLED_AFTER_HOURS)
    if answer.status == GONE:
        _disable(webhook, _("It answered 410: it is gone."))
    elif now - failing_since >= longest:
        _disable(
            webhook,
            _("It took nothing since %(since)s.") % {"since": f"{timezone.localtime(failing_since):%Y-%m-%d %H:%M}"},
        )


def _disable(webhook: Webhook, reason: str) -> None:
    Webhook.objects.filter(pk=webhook.pk).update(enabled=False, disabled_reason=reason)
    report_disabled_webhooks()
