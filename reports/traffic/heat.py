"""The heat map: a figure by the hour of the day and the day of the week."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.dates import WEEKDAYS_ABBR

from reports.traffic.filters import HOURS, WEEK_DAYS
from reports.traffic.sums import TrafficSums

# Tones from 1, the least, to 6; 0 is nothing, and a loss has a tone of its own.
TONES = 6


@dataclass(frozen=True, slots=True)
class HeatCell:
    """An hour of the week: its figure, None where there was no traffic, and how strongly it is drawn."""

    weekday: int
    hour: int
    value: Any
    tone: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A day of the week."""

    name: str
    cells: list[HeatCell]


def heat_map(sums: Mapping[int, TrafficSums], figure: str) -> list[HeatRow]:
    """Return the week, Monday first; `sums` are by weekday times 24 plus hour, `figure` is one of theirs."""
    values = {key: getattr(one, figure) for key, one in sums.items()}
    most = max((value for value in values.values() if value is not None), default=0)
    return [
        HeatRow(str(WEEKDAYS_ABBR[day - 1]), [_cell(day, hour, values, most) for hour in range(HOURS)])
        for day in range(1, WEEK_DAYS + 1)
    ]


def _cell(day: int, hour: int, values: Mapping[int, Any], most: Any) -> HeatCell:
    value = values.get(day * HOURS + hour)
    if value is None:
        return HeatCell(day, hour, None, "0")
    if value < 0:
        return HeatCell(day, hour, value, "loss")
    return HeatCell(day, hour, value, str(max(1, min(TONES, 1 + int(TONES * value / most)))) if value else "0")
