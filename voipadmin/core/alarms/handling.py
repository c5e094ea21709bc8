"""What people do about alarms: acknowledge, silence, end a silence, close. The history has each, with who and when."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voipadmin.core.alarms.history import record_step
from voipadmin.core.alarms.services import mark_closed
from voipadmin.core.errors import Conflict, DomainError
from voipadmin.core.models import Alarm, AlarmQuerySet, AlarmSilence, AlarmStep

LONGEST_SILENCE = timedelta(days=90)


def acknowledge_alarm(*, alarm: Alarm, actor: str, note: str = "") -> Alarm:
    """Note that somebody sees to an alarm; raise Conflict where it is closed, or acknowledged already."""
    with transaction.atomic():
        held = _open(alarm)
        if held.acknowledged_at is not None:
            message = _("%(actor)s has acknowledged this alarm already.") % {"actor": held.acknowledged_by}
            raise Conflict(message)
        held.acknowledged_at, held.acknowledged_by = timezone.now(), actor
        held.save(update_fields=["acknowledged_at", "acknowledged_by", "updated_at"])
        record_step(held, AlarmStep.ACKNOWLEDGED, at=held.acknowledged_at, actor=actor, note=note)
    return held


def close_by_hand(*, alarm: Alarm, actor: str, note: str = "") -> Alarm:
    """Close an alarm; raise Conflict where it is closed already. What still stands opens another one."""
    with transaction.atomic():
        held = _open(alarm)
        mark_closed(held, actor=actor, note=note)
    return held


def silence_alarms(
    *, kind: str = "", subject: str | None = None, until: datetime, actor: str, reason: str
) -> AlarmSilence:
    """Tell nobody of alarms of a kind (empty: of any) and an object (None: of any) until a moment.

    1. The silence takes the place of one of the same kind and object, whose end it thereby moves.
    2. Each open alarm for which it holds has it in its history.
    """
    now = timezone.now()
    if not now < until <= now + LONGEST_SILENCE:
        raise DomainError(
            _("Name a moment in the future, at most %(days)s days from now.") % {"days": LONGEST_SILENCE.days},
            field="until",
        )
    with transaction.atomic():
        same = AlarmSilence.objects.filter(kind=kind, subject=subject, ended_at=None).select_for_update()
        AlarmSilence.objects.filter(pk__in=[row.pk for row in same]).update(ended_at=now, ended_by=actor)
        silence = AlarmSilence(kind=kind, subject=subject, until=until, actor=actor, reason=reason)
        silence.full_clean()
        silence.save()
        for alarm in concerned(silence).select_for_update():
            record_step(alarm, AlarmStep.SILENCED, at=now, actor=actor, note=reason)
    return silence


def end_silence(*, silence: AlarmSilence, actor: str = "", now: datetime | None = None) -> None:
    """End a silence, by hand or because its time is over; raise Conflict where it has ended."""
    moment = now or timezone.now()
    with transaction.atomic():
        held = AlarmSilence.objects.select_for_update().filter(pk=silence.pk, ended_at=None).first()
        if held is None:
            raise Conflict(_("This silence has ended already."))
        held.ended_at, held.ended_by = moment, actor
        held.save(update_fields=["ended_at", "ended_by", "updated_at"])
        # Only those for which no other silence holds are heard again.
        for alarm in concerned(held).with_silence(moment).filter(silenced_until=None):
            record_step(alarm, AlarmStep.UNSILENCED, at=moment, actor=actor)


def end_expired_silences(now: datetime) -> int:
    """End the silences whose time is over; return how many there were."""
    expired: Iterable[AlarmSilence] = AlarmSilence.objects.filter(ended_at=None, until__lte=now).order_by("until")
    ended = 0
    for silence in expired:
        try:
            end_silence(silence=silence, now=now)
        except Conflict:
            continue  # somebody else ended it a moment ago
        ended += 1
    return ended


def concerned(silence: AlarmSilence) -> AlarmQuerySet:
    """Return the open alarms for which a silence is meant."""
    of_kind = Q() if not silence.kind else Q(kind=silence.kind)
    of_subject = Q() if silence.subject is None else Q(subject=silence.subject)
    return Alarm.objects.filter(of_kind, of_subject, closed_at=None).order_by("kind", "subject")


def _open(alarm: Alarm) -> Alarm:
    held: Alarm | None = Alarm.objects.select_for_update().filter(pk=alarm.pk).first()
    if held is None or held.closed_at is not None:
        raise Conflict(_("This alarm is closed already."))
    return held
