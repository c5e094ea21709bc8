"""Which of a call's records the call is counted by, and how each attempt ended. Pure; the order of arrival is nothing.

The records of one call share node and unique id. Our dialplan writes the result of a Dial (status, cause, SIP code and
delay) into the record of that Dial. A hand-written dialplan can only write it after the Dial, and then it stands on the
next record: a failed Dial ends its record, and what follows (the next Dial, the hang-up) has a record of its own
(docs/cdr-spool.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple, Self

ANSWER = "ANSWER"


class AttemptResult(NamedTuple):
    """How a Dial ended, in the dialplan's words; the delay is in milliseconds."""

    dial_status: str = ""
    cause: int | None = None
    sip_code: int | None = None
    post_dial_delay_ms: int | None = None

    def to_text(self) -> str:
        """Write it as it is kept beside the record; nothing where there is nothing."""
        return "" if self == NO_RESULT else ",".join("" if part is None else str(part) for part in self)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what `to_text` wrote."""
        if not text:
            return cls()
        status, *numbers = text.split(",")
        return cls(status, *(int(number) if number else None for number in numbers))


NO_RESULT = AttemptResult()


@dataclass(slots=True)
class AttemptFacts:
    """What of a record matters to the other records of its call; `recorded` is the result on its own line."""

    sequence: int
    is_answered: bool
    has_destination: bool
    recorded: AttemptResult = NO_RESULT


class Resolution(NamedTuple):
    """Whether the call is shown and counted by this record, and how the record's own attempt ended."""

    is_last_attempt: bool
    result: AttemptResult


def resolve_call(attempts: Sequence[AttemptFacts]) -> list[Resolution]:
    """Return the resolution of each record of a call.

    1. The records are taken by their sequence numbers.
    2. Where the first one carries no result, each failed attempt has that of the record after it; else each its own.
    3. The call is counted by the answered record, else by the last attempt.
    """
    if len(attempts) == 1:
        return [Resolution(is_last_attempt=True, result=_own(attempts[0]))]
    order = sorted(range(len(attempts)), key=lambda index: attempts[index].sequence)
    in_order = [attempts[index] for index in order]
    results = _results_of_the_next(in_order) if in_order[0].recorded == NO_RESULT else list(map(_own, in_order))
    by_index = dict(zip(order, results, strict=True))
    last = _last_attempt(attempts)
    return [Resolution(index == last, by_index[index]) for index in range(len(attempts))]


def _results_of_the_next(attempts: Sequence[AttemptFacts]) -> list[AttemptResult]:
    """Give each failed attempt the result that the record after it carries."""
    results = []
    taken = False
    for attempt, following in zip_longest(attempts, attempts[1:]):
        result = NO_RESULT if taken else _own(attempt)
        taken = following is not None and _tells_of_the_one_before(attempt, following)
        results.append(following.recorded if taken else result)
    return results


def _last_attempt(attempts: Sequence[AttemptFacts]) -> int:
    """Return the position of the record that the call is counted by: the answered one, else the last attempt.

    What the dialplan does after the last attempt leaves a record without a destination. The call is counted by such a
    record only where nothing was dialled at all.
    """
    return max(
        range(len(attempts)),
        key=lambda index: (attempts[index].has_destination, attempts[index].is_answered, attempts[index].sequence),
    )


def _tells_of_the_one_before(attempt: AttemptFacts, following: AttemptFacts) -> bool:
    """Tell whether `following` carries the result of `attempt`: not when its own answer overwrote it."""
    overwritten = following.is_answered and following.recorded.dial_status in {"", ANSWER}
    return attempt.has_destination and not attempt.is_answered and following.recorded != NO_RESULT and not overwritten


def _own(attempt: AttemptFacts) -> AttemptResult:
    """Return the result on the record's own line, unless it is that of an attempt before which failed."""
    stale = attempt.is_answered and attempt.recorded.dial_status not in {"", ANSWER}
    return NO_RESULT if stale else attempt.recorded
