"""The lines of a cut: the sums of each part, beside those of the time before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reports.traffic.cuts import Cut, Part, parts_of
from reports.traffic.filters import TrafficFilters
from reports.traffic.sums import EVERY, NOTHING, TrafficSums, delays_by, sums_by


@dataclass(frozen=True, slots=True)
class TrafficLine:
    """A part of the traffic, what it comes to, and what it came to in the time before."""

    part: Part
    sums: TrafficSums
    before: TrafficSums


def lines_by(
    cut: Cut,
    filters: TrafficFilters,
    currency: str,
    *,
    names: Sequence[str] = EVERY,
    with_delays: bool = False,
) -> list[TrafficLine]:
    """Return a line for each part of the traffic, in the order of the cut, else the largest first.

    A part that had traffic before and has none now has a line, too, except for days: each is compared with that of the
    week before, under its own date.
    """
    now, before = (_sums(cut, time, currency, names, with_delays=with_delays) for time in (filters, filters.before()))
    if cut.column == "clock_day":
        weeks = filters.begins - filters.before().begins
        before = {day + weeks: sums for day, sums in before.items()}
        before = {day: sums for day, sums in before.items() if day in now}
    parts = parts_of(cut, now.keys() | before.keys())
    return _ordered(cut, _merged(parts, now, before))


def _sums(
    cut: Cut, filters: TrafficFilters, currency: str, names: Sequence[str], *, with_delays: bool
) -> dict[Any, TrafficSums]:
    sums = sums_by(filters, cut.column, currency, names)
    if with_delays:
        for key, delays in delays_by(filters, cut.column).items():
            sums[key] = replace(sums[key], delays=delays)
    return sums


def _merged(
    parts: dict[Any, Part], now: dict[Any, TrafficSums], before: dict[Any, TrafficSums]
) -> Iterable[tuple[Any, TrafficLine]]:
    """Return the lines, with the first of their keys; keys of one part are one line."""
    found: dict[Part, tuple[Any, TrafficLine]] = {}
    for key, part in parts.items():
        first, line = found.get(part, (key, TrafficLine(part, NOTHING, NOTHING)))
        sums, earlier = line.sums + now.get(key, NOTHING), line.before + before.get(key, NOTHING)
        found[part] = first, TrafficLine(part, sums, earlier)
    return found.values()


def _ordered(cut: Cut, lines: Iterable[tuple[Any, TrafficLine]]) -> list[TrafficLine]:
    if cut.in_order:
        return [line for _key, line in sorted(lines, key=lambda found: found[0])]
    return [line for _key, line in sorted(lines, key=lambda found: (-found[1].sums.attempts, found[1].part.name))]
