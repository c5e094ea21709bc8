"""Delivery of alarms by mail: what waits is gathered into letters, sent, and tried again where no server took it."""

from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Any

import structlog
from django.conf import settings
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import ngettext

from voipadmin.core.alarms.digest import LetterPlan, WaitingMail, plan_letters
from voipadmin.core.alarms.kinds import kind_name, kind_of
from voipadmin.core.alarms.own_kinds import MAIL_NOT_SENT
from voipadmin.core.alarms.queries import text_of
from voipadmin.core.alarms.services import report_state
from voipadmin.core.installation.queries import read_installation
from voipadmin.core.mail.letters import Letter, send_letter
from voipadmin.core.models import AlarmMail, AlarmStep, MessageStatus
from voipadmin.core.runtime.locks import lock_key, session_lock

log = structlog.get_logger(__name__)

LOCK = lock_key(b"core:alarm_mail")
MOST_TAKEN = 2000
MOST_ITEMS = 50
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
GIVEN_UP_AFTER = timedelta(days=2)
FAILURES_OF_AN_ALARM = 3
KEPT = timedelta(days=90)


def send_waiting_mails(now: datetime) -> int:
    """Send what waits and is due, in as few letters as `plan_letters` says; return how many letters went out.

    One worker at a time is at it. A letter that went out and was not noted, because the worker died, goes out again.
    """
    if not _due(now).exists():
        return 0
    with session_lock(LOCK) as lock:
        if lock is None:
            return 0
        return sum(_send(plan, now) for plan in _plans(now))


def _due(now: datetime) -> QuerySet[AlarmMail]:
    return AlarmMail.objects.filter(status=MessageStatus.WAITING, due_at__lte=now, receiver__enabled=True)


def _plans(now: datetime) -> list[LetterPlan]:
    rows = _due(now).order_by("created_at").values_list("pk", "receiver_id", "event__alarm__kind")[:MOST_TAKEN]
    mails = [WaitingMail(*row) for row in rows]
    recent = AlarmMail.objects.filter(
        receiver__in={mail.receiver for mail in mails}, sent_at__gt=now - timedelta(hours=1)
    )
    sent = recent.order_by().values_list("receiver_id", "event__alarm__kind").annotate(last=Max("sent_at"))
    return plan_letters(mails, {(receiver, kind): last for receiver, kind, last in sent}, now)


def _send(plan: LetterPlan, now: datetime) -> bool:
    rows = AlarmMail.objects.filter(pk__in=plan.keys)
    mails = list(rows.select_related("receiver", "event__alarm").order_by("event__at", "created_at"))
    if not mails:
        return False
    receiver = mails[0].receiver
    letter = Letter(
        to=[receiver.email],
        language=receiver.language,
        sender=read_installation().mail_from,
        subject=lambda: f"[{settings.SITE_NAME}] {title_of(mails, plan.kind)}",
        template="mail/alarms",
        context=lambda: {
            "title": title_of(mails, plan.kind),
            "items": [_item(mail) for mail in mails[:MOST_ITEMS]],
            "left_out": max(0, len(mails) - MOST_ITEMS),
            "receiver": receiver.name,
        },
    )
    try:
        send_letter(letter)
    except (OSError, SMTPException, ValueError) as error:
        _note_failed(mails, f"{type(error).__name__}: {error}", now)
        return False
    rows.update(status=MessageStatus.DELIVERED, sent_at=timezone.now(), error="", updated_at=timezone.now())
    return True


def _note_failed(mails: list[AlarmMail], error: str, now: datetime) -> None:
    log.warning("alarm_not_mailed", receiver=mails[0].receiver.name, error=error)
    for mail in mails:
        mail.failures += 1
        mail.error = " ".join(error.split())[:500]
        mail.due_at = now + PAUSES[min(mail.failures, len(PAUSES)) - 1]
        if now - mail.created_at > GIVEN_UP_AFTER:
            mail.status = MessageStatus.GIVEN_UP
        mail.save(update_fields=["failures", "error", "due_at", "status", "updated_at"])


def title_of(mails: list[AlarmMail], kind: str) -> str:
    """Return what a letter is about, in the language in force: the alarm, or how many of what."""
    if len(mails) == 1:
        event = mails[0].event
        return f"{event.get_step_display()}: {text_of(event.alarm)}"
    count = len(mails)
    of_what = f" · {kind_name(kind)}" if kind else ""
    return ngettext("%(count)d step of alarms", "%(count)d steps of alarms", count) % {"count": count} + of_what


def _item(mail: AlarmMail) -> dict[str, Any]:
    event, kind = mail.event, kind_of(mail.event.alarm)
    # Whoever was silent is not what the reader wants to know: to them it opens now.
    what = AlarmStep.OPENED.label if event.step == AlarmStep.UNSILENCED else event.get_step_display()
    return {
        "what": what,
        "at": event.at,
        "actor": event.actor if event.step != AlarmStep.UNSILENCED else "",
        "text": text_of(event.alarm),
        "note": event.note,
        "advice": kind.advice if event.step in (AlarmStep.OPENED, AlarmStep.UNSILENCED) else "",
        "is_severe": kind.is_severe,
        "is_over": event.step == AlarmStep.CLOSED,
        "page": event.alarm.get_absolute_url(),
    }


def report_unsent_mails() -> None:
    """Open an alarm for each receiver whom no server takes mail for, and close those of others."""
    failing = AlarmMail.objects.filter(
        status=MessageStatus.WAITING, failures__gte=FAILURES_OF_AN_ALARM, receiver__enabled=True
    )
    rows = failing.order_by("created_at").values_list("receiver_id", "receiver__name", "error")
    report_state(MAIL_NOT_SENT, {str(key): {"name": name, "error": error} for key, name, error in rows[:MOST_TAKEN]})


def forget_old_mails(now: datetime) -> int:
    """Delete the mails of more than 90 days ago that wait no longer; return how many there were."""
    old = AlarmMail.objects.filter(created_at__lt=now - KEPT).exclude(status=MessageStatus.WAITING)
    return old.delete()[0]
