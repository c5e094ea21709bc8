"""Reads of alarms."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from voipadmin.core.alarms.kinds import kind_of
from voipadmin.core.models import Alarm

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class OpenAlarm:
    """An open alarm as a page shows it."""

    text: str
    icon: str
    is_severe: bool
    address: str
    since: datetime


def open_alarms(user: Any) -> list[OpenAlarm]:
    """Return what `user` should look at, the severe ones first, then the newest."""
    alarms = Alarm.objects.visible_to(user).filter(closed_at=None)[:MOST_SHOWN]
    return sorted(map(shown, alarms), key=lambda alarm: not alarm.is_severe)


def shown(alarm: Alarm) -> OpenAlarm:
    """Return an alarm with its sentence in the language of whoever reads it."""
    kind = kind_of(alarm)
    try:
        text = str(kind.sentence % {**alarm.details, "count": alarm.count})
    except (KeyError, ValueError, TypeError):
        # Another release wrote other details.
        text = str(alarm)
    return OpenAlarm(text, kind.icon, kind.is_severe, kind.address(alarm), alarm.opened_at)
