"""What is usual in an hour of the week, and when an hour is not; pure.

The usual is that of the same weekday and hour of the weeks before. An alarm opens at the whole drop and closes at half
of it, so that what lies between the two changes nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

# Of the weeks before at least so many had calls in that hour.
FEWEST_WEEKS = 3
# A drop that chance would bring once in about a thousand hours is none.
SURE = 3.0


class Verdict(Enum):
    """What is said of an hour; UNKNOWN leaves an alarm as it is."""

    DROPPED = "dropped"
    USUAL = "usual"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class HourOfCalls:
    """Attempts of an hour, those of them that were answered, and the seconds that these talked."""

    attempts: int = 0
    answered: int = 0
    talk_seconds: float = 0.0

    @property
    def answer_ratio(self) -> float:
        """Return the share of attempts that were answered."""
        return self.answered / self.attempts if self.attempts else 0.0

    @property
    def length(self) -> float:
        """Return the average seconds of an answered attempt."""
        return self.talk_seconds / self.answered if self.answered else 0.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with the figure of now and the usual one."""

    verdict: Verdict
    now: float = 0.0
    usual: float = 0.0


UNKNOWN = Judgement(Verdict.UNKNOWN)


def together(weeks: Sequence[HourOfCalls]) -> HourOfCalls:
    """Return the sum of several hours."""
    return HourOfCalls(
        sum(hour.attempts for hour in weeks),
        sum(hour.answered for hour in weeks),
        math.fsum(hour.talk_seconds for hour in weeks),
    )


def judge_answer_ratio(
    now: HourOfCalls, weeks: Sequence[HourOfCalls], *, minimum: int, drop_percent: int, is_open: bool
) -> Judgement:
    """Judge the answer ratio (ASR) of an hour against the usual.

    1. UNKNOWN with fewer than `minimum` attempts now or in the weeks together, or fewer than three weeks with calls.
    2. DROPPED below the usual by `drop_percent`, and by three standard deviations of so many attempts at least.
    3. Where the alarm is open, DROPPED as long as it is below by half of that.
    """
    with_calls = [hour for hour in weeks if hour.attempts]
    usual = together(with_calls)
    if now.attempts < minimum or len(with_calls) < FEWEST_WEEKS or usual.attempts < minimum or not usual.answered:
        return UNKNOWN
    ratio, expected = now.answer_ratio, usual.answer_ratio
    deviation = math.sqrt(expected * (1 - expected) / now.attempts)
    is_sure = expected - ratio > SURE * deviation
    return _judged(ratio, expected, drop_percent=drop_percent, is_open=is_open, is_sure=is_sure)


def judge_length(
    now: HourOfCalls, weeks: Sequence[HourOfCalls], *, minimum: int, drop_percent: int, is_open: bool
) -> Judgement:
    """Judge the average length (ACD) of an hour's answered attempts against the usual, as `judge_answer_ratio` does.

    Lengths spread about as much as they are long: so many answered attempts tell their average to 1/sqrt(n) of itself.
    """
    with_calls = [hour for hour in weeks if hour.answered]
    usual = together(with_calls)
    if now.answered < minimum or len(with_calls) < FEWEST_WEEKS or usual.answered < minimum or usual.length <= 0:
        return UNKNOWN
    is_sure = usual.length - now.length > SURE * usual.length / math.sqrt(now.answered)
    return _judged(now.length, usual.length, drop_percent=drop_percent, is_open=is_open, is_sure=is_sure)


def _judged(now: float, usual: float, *, drop_percent: int, is_open: bool, is_sure: bool) -> Judgement:
    drop = drop_percent / 100
    bound = usual * (1 - (drop / 2 if is_open else drop))
    dropped = now < bound and (is_open or is_sure)
    return Judgement(Verdict.DROPPED if dropped else Verdict.USUAL, now, usual)


def spends_too_much(
    spent: Decimal, weeks: Sequence[Decimal], *, times: Decimal, minimum: Decimal, is_open: bool
) -> Decimal | None:
    """Return the usual spend of the hour where `spent` is `times` as much and `minimum` at least, else None.

    The usual is the mean of the weeks before; with fewer than three it is unknown, and nothing is said. An open alarm
    stays until it is below half of both.
    """
    if len(weeks) < FEWEST_WEEKS:
        return None
    usual = sum(weeks, Decimal(0)) / len(weeks)
    share = Decimal("0.5") if is_open else Decimal(1)
    return usual if spent >= minimum * share and spent >= usual * times * share else None
