"""The history of alarms: each step is a row, written together with what is to be sent about it."""

from datetime import datetime

from voipadmin.core.alarms.announcing import announce
from voipadmin.core.models import Alarm, AlarmEvent, AlarmStep


def record_step(
    alarm: Alarm, step: AlarmStep, *, at: datetime, actor: str = "", note: str = "", tells: bool = True
) -> AlarmEvent:
    """Write a step, and what is to be sent about it unless nobody is to be told; the caller has the transaction."""
    event = AlarmEvent.objects.create(alarm=alarm, step=step, at=at, actor=actor, note=note)
    if tells:
        announce(event)
    return event


def record_opening(alarm: Alarm) -> None:
    """Write that an alarm opened, and that nobody is told where a silence holds for it (`with_silence`)."""
    is_silent = alarm.silenced_until is not None  # type: ignore[attr-defined]  # `with_silence` adds it
    record_step(alarm, AlarmStep.OPENED, at=alarm.opened_at, tells=not is_silent)
    if is_silent:
        record_step(alarm, AlarmStep.SILENCED, at=alarm.last_seen_at)
