"""Reads of alarms."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import NoReverseMatch
from django.utils.formats import number_format

from voipadmin.core.alarms.kinds import kind_of, severe_codes
from voipadmin.core.models import Alarm, AlarmState

MOST_SHOWN = 20
DECIMAL = re.compile(r"-?[0-9]{1,18}\.[0-9]{1,6}")


@dataclass(frozen=True, slots=True)
class OpenAlarm:
    """An alarm as a page shows it; `page` is its own page, `address` where to look."""

    text: str
    icon: str
    is_severe: bool
    address: str
    since: datetime
    page: str = ""


@dataclass(frozen=True, slots=True)
class AlarmCount:
    """How many alarms nobody has seen to yet, and how many of these are severe."""

    open: int
    severe: int


def open_alarms(user: Any, *, most: int = MOST_SHOWN) -> list[OpenAlarm]:
    """Return what `user` should look at and nobody has acknowledged or silenced: the severe first, then the newest."""
    rows = Alarm.objects.visible_to(user).in_state(AlarmState.OPEN)
    severe = list(rows.filter(kind__in=severe_codes())[:most])
    # The others are asked for only as far as there is room.
    rest = list(rows.exclude(kind__in=severe_codes())[: most - len(severe)]) if len(severe) < most else []
    return [shown(alarm) for alarm in (*severe, *rest)]


def alarm_count(user: Any) -> AlarmCount:
    """Count the alarms that `user` sees and nobody has acknowledged or silenced."""
    kinds = list(Alarm.objects.visible_to(user).in_state(AlarmState.OPEN).order_by().values_list("kind", flat=True))
    severe = set(severe_codes())
    return AlarmCount(len(kinds), sum(kind in severe for kind in kinds))


def text_of(alarm: Alarm) -> str:
    """Return an alarm's sentence in the language of whoever reads it."""
    try:
        kind, details = kind_of(alarm), alarm.details
        return str(kind.sentence % {**_as_read(details), **kind.reading(details), "count": alarm.count})
    except (KeyError, ValueError, TypeError, ArithmeticError):
        # Another release wrote other details.
        return str(alarm)


def address_of(alarm: Alarm) -> str:
    """Return where to look, empty where that is no page: another release may have named objects otherwise."""
    try:
        return kind_of(alarm).address(alarm)
    except NoReverseMatch:
        return ""


def _as_read(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return the details with decimal numbers, which are kept as texts such as `1840.22`, as the reader writes them."""
    return {name: _number(value) if isinstance(value, str) else value for name, value in details.items()}


def _number(text: str) -> str:
    if not DECIMAL.fullmatch(text):
        return text
    return number_format(Decimal(text), decimal_pos=len(text.partition(".")[2]))


def shown(alarm: Alarm) -> OpenAlarm:
    """Return an alarm with its sentence in the language of whoever reads it."""
    kind = kind_of(alarm)
    return OpenAlarm(
        text_of(alarm), kind.icon, kind.is_severe, address_of(alarm), alarm.opened_at, alarm.get_absolute_url()
    )
