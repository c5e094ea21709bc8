"""The times of a call on a clock that is set back once a year; pure.

In the night when an hour comes twice a time of that hour is two moments. Which one is meant tell the call's duration,
its billable seconds, and the unique id, which begins with the second in which the channel was made.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from itertools import product
from typing import NamedTuple

from billing.cdrs.lines.record_values import Malformed, moment_in_range, not_a

_EPOCH_OF_ID = re.compile(r"(?:.+-)?([0-9]{9,10})\.[0-9]+")
# A record begins so long after its channel was made, at most, to be told from one of an hour later.
NEAR_ITS_CHANNEL = timedelta(minutes=30)
PLAIN = "%Y-%m-%d %H:%M:%S"


class LocalTimes(NamedTuple):
    """When a call began, was answered and ended; one that is not told is None.

    They are on a local clock, or in a zone of their own where they say so.
    """

    start: datetime
    answer: datetime | None
    end: datetime | None


class Moments(NamedTuple):
    """The same in UTC; the end is known."""

    start: datetime
    answer: datetime | None
    end: datetime


def local_time(text: str, column: str) -> datetime:
    """Return the time of a text such as `2026-11-01 01:59:40`; raise Malformed."""
    try:
        return datetime.strptime(text, PLAIN)  # noqa: DTZ007 - its zone is looked at with all of the call's times
    except ValueError as error:
        raise not_a("time", column, text) from error


def moments_of(times: LocalTimes, duration: Decimal, billable: Decimal, zone: tzinfo, uniqueid: str = "") -> Moments:
    """Return the moments that fit best; raise Malformed where a time is out of range.

    1. Each time is one moment, or two where the clock was set back.
    2. Of all combinations take that whose spans differ least from duration and billable seconds.
    3. Of those that fit alike take the one that begins where the unique id says, else the earlier one.
    """
    epoch = _EPOCH_OF_ID.fullmatch(uniqueid)
    made_at = datetime.fromtimestamp(int(epoch[1]), UTC) if epoch else None
    combinations = product(*(list(_moments(time, zone)) for time in times))
    fitting = [_whole(Moments(*each), duration) for each in combinations]  # type: ignore[arg-type]
    return min(
        fitting, key=lambda moments: (_mismatch(moments, duration, billable), _is_far(moments, made_at), moments.start)
    )


def _moments(time: datetime | None, zone: tzinfo) -> Iterator[datetime | None]:
    if time is None:
        yield None
        return
    if time.tzinfo is not None:
        yield _in_utc(time)
        return
    first, second = (_in_utc(time.replace(tzinfo=zone, fold=fold)) for fold in (0, 1))
    yield first
    if second != first:
        yield second


def _in_utc(time: datetime) -> datetime:
    try:
        moment = time.astimezone(UTC)
    except OverflowError as error:
        raise Malformed("time", time.isoformat()) from error
    return moment_in_range(moment, time.isoformat(" "), "time")


def _whole(moments: Moments, duration: Decimal) -> Moments:
    end: datetime | None = moments.end
    return moments if end else moments._replace(end=moments.start + timedelta(seconds=float(duration)))


def _mismatch(moments: Moments, duration: Decimal, billable: Decimal) -> float:
    differing = abs((moments.end - moments.start).total_seconds() - float(duration))
    if moments.answer is not None:
        differing += abs((moments.end - moments.answer).total_seconds() - float(billable))
    return differing


def _is_far(moments: Moments, made_at: datetime | None) -> bool:
    return made_at is not None and abs(moments.start - made_at) > NEAR_ITS_CHANNEL
