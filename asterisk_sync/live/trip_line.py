"""The last day of an endpoint as a small picture: round trips as a line, and when it was away. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from asterisk_sync.live.history import Sample

SPAN = timedelta(days=1)
WIDTH, HEIGHT = 240, 36
# More points than the picture has columns would not be seen.
LONGEST = WIDTH
FEWEST = 2


@dataclass(frozen=True, slots=True)
class Away:
    """A time without an answer: where it begins in the picture, and how wide it is."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class TripLine:
    """The picture: lines as points of SVG, times away, and what one reads beside it. Times are milliseconds."""

    lines: tuple[str, ...]
    away: tuple[Away, ...]
    shortest: float | None
    longest: float | None
    reachable_percent: float
    width: int = WIDTH
    height: int = HEIGHT


def trip_line(samples: Sequence[Sample], now: datetime) -> TripLine | None:
    """Return the picture of the day before `now`; None where there are fewer than two notes.

    What a note says holds until the next one.
    """
    begin = now - SPAN
    known = [sample for sample in samples if sample.at >= begin]
    if len(known) < FEWEST:
        return None
    ends = [*(sample.at for sample in known[1:]), max(now, known[-1].at)]
    gone = [(sample.at, end) for sample, end in zip(known, ends, strict=True) if not sample.is_reachable]
    total = (ends[-1] - known[0].at).total_seconds() or 1.0
    missing = sum((end - start).total_seconds() for start, end in gone)
    trips = [sample.milliseconds for sample in known if sample.milliseconds is not None]
    return TripLine(
        lines=_lines(known, begin, max(trips, default=0.0)),
        away=tuple(Away(_x(start, begin), max(_x(end, begin) - _x(start, begin), 0.5)) for start, end in gone),
        shortest=min(trips, default=None),
        longest=max(trips, default=None),
        reachable_percent=100 * (1 - missing / total),
    )


def _lines(samples: Sequence[Sample], begin: datetime, longest: float) -> tuple[str, ...]:
    """Return one line for each stretch of measured round trips."""
    stretches: list[list[str]] = [[]]
    every = max(1, len(samples) // LONGEST)
    for place, sample in enumerate(samples):
        if sample.milliseconds is None:
            stretches.append([])
        elif place % every == 0:
            y = HEIGHT - 2 - (HEIGHT - 4) * (sample.milliseconds / longest if longest else 0)
            stretches[-1].append(f"{_x(sample.at, begin):.1f},{y:.1f}")
    return tuple(" ".join(stretch) for stretch in stretches if len(stretch) > 1)


def _x(moment: datetime, begin: datetime) -> float:
    return round(WIDTH * ((moment - begin) / SPAN), 1)
