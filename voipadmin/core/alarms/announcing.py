"""The outbox of alarms: who is to be told of a step is written in the transaction that makes the step.

1. Of an alarm that opens, those are told who asked for its kind; in a silence nobody is.
2. Where a silence ends and the alarm still stands, those are told then who were not.
3. That it was acknowledged or is over is told to those who were told that it opened.
"""

import json
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone, translation

from voipadmin.core.alarms.kinds import kind_name, kind_of
from voipadmin.core.alarms.queries import text_of
from voipadmin.core.models import (
    Alarm,
    AlarmEvent,
    AlarmMail,
    AlarmReceiver,
    AlarmStep,
    Webhook,
    WebhookMessage,
)

OPENED = "alarm.opened"
# Step -> the type of message; of other steps nobody is told.
TYPES = {
    AlarmStep.OPENED: OPENED,
    AlarmStep.UNSILENCED: OPENED,
    AlarmStep.ACKNOWLEDGED: "alarm.acknowledged",
    AlarmStep.CLOSED: "alarm.closed",
}
OPENING = (AlarmStep.OPENED, AlarmStep.UNSILENCED)
Told = TypeVar("Told", AlarmReceiver, Webhook)


def announce(event: AlarmEvent) -> None:
    """Write what is to be sent about a step of an alarm; the caller has the transaction of the step."""
    step, alarm = AlarmStep(event.step), event.alarm
    if step not in TYPES or (step == AlarmStep.UNSILENCED and alarm.acknowledged_at is not None):
        return
    receivers = _of(AlarmReceiver.objects.filter(enabled=True), alarm, step, "mails__event")
    AlarmMail.objects.bulk_create(
        [AlarmMail(receiver=receiver, event=event, due_at=timezone.now()) for receiver in receivers]
    )
    webhooks = _of(Webhook.objects.filter(enabled=True), alarm, step, "messages__event")
    WebhookMessage.objects.bulk_create(
        [
            WebhookMessage(
                webhook=webhook, event=event, type=TYPES[step], body=body_of(event, webhook), due_at=timezone.now()
            )
            for webhook in webhooks
        ]
    )


def _of(addressees: "QuerySet[Told]", alarm: Alarm, step: AlarmStep, event: str) -> "QuerySet[Told]":
    was_told = Q(**{f"{event}__alarm": alarm, f"{event}__step__in": OPENING})
    # By their keys: a join would bring an addressee once for each message.
    told = addressees.filter(was_told).order_by().values("pk")
    if step not in OPENING:
        return addressees.filter(pk__in=told)
    asked = Q(kinds=[]) | Q(kinds__contains=[alarm.kind])
    if not kind_of(alarm).is_severe:
        asked &= Q(severe_only=False)
    return addressees.filter(asked).exclude(pk__in=told)


def body_of(event: AlarmEvent, webhook: Webhook) -> str:
    """Return the body of the message about a step, as it is sent and signed."""
    alarm = event.alarm
    with translation.override(webhook.language):
        data: dict[str, Any] = {
            "id": str(alarm.pk),
            "kind": alarm.kind,
            "kind_name": kind_name(alarm.kind),
            "severity": "severe" if kind_of(alarm).is_severe else "minor",
            "subject": alarm.subject,
            "text": text_of(alarm),
            "details": alarm.details,
            "count": alarm.count,
            "opened_at": alarm.opened_at.isoformat(),
            "last_seen_at": alarm.last_seen_at.isoformat(),
            "acknowledged_at": alarm.acknowledged_at and alarm.acknowledged_at.isoformat(),
            "acknowledged_by": alarm.acknowledged_by,
            "closed_at": alarm.closed_at and alarm.closed_at.isoformat(),
            "closed_by": alarm.closed_by,
            "note": event.note,
            "url": f"{settings.PANEL_URL}{alarm.get_absolute_url()}",
        }
    return written(TYPES[AlarmStep(event.step)], event.at.isoformat(), data)


def written(kind: str, timestamp: str, data: dict[str, Any]) -> str:
    """Return a message in the form that Standard Webhooks recommends."""
    return json.dumps({"type": kind, "timestamp": timestamp, "data": data}, ensure_ascii=False)
