"""The history of alarms: each step is a row, written in the transaction that makes the step."""

from datetime import datetime

from voipadmin.core.models import Alarm, AlarmEvent, AlarmStep


def record_step(alarm: Alarm, step: AlarmStep, *, at: datetime, actor: str = "", note: str = "") -> AlarmEvent:
    """Write a step; the caller has the transaction."""
    return AlarmEvent.objects.create(alarm=alarm, step=step, at=at, actor=actor, note=note)


def record_opening(alarm: Alarm) -> None:
    """Write that an alarm opened, and that nobody is told where a silence holds for it (`with_silence`)."""
    record_step(alarm, AlarmStep.OPENED, at=alarm.opened_at)
    if alarm.silenced_until is not None:  # type: ignore[attr-defined]  # `with_silence` adds it
        record_step(alarm, AlarmStep.SILENCED, at=alarm.last_seen_at)
