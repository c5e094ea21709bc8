"""What the records of one call say together: pure, and the same whatever the order in which they arrived.

The records of one call share node and unique id. Our dialplan writes the result of a Dial (status, cause, SIP code and
delay) into the record of that Dial. One that writes it after the Dial, as a hand-written one must, finds it on the next
record: a failed Dial ends its record, and what follows (the next Dial, the hang-up) has one of its own
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
    """What of a record matters to the others of its call; `recorded` is the result that its own line carries."""

    sequence: int
    is_answered: bool
    has_destination: bool
    recorded: AttemptResult = NO_RESULT


class Resolution(NamedTuple):
    """What a record is, seen among the others of its call."""

    speaks: bool
    result: AttemptResult


def resolve_call(attempts: Sequence[AttemptFacts]) -> list[Resolution]:
    """Say of each record of a call whether it speaks for the call, and how its own attempt ended."""
    if len(attempts) == 1:
        return [Resolution(speaks=True, result=_own(attempts[0]))]
    order = sorted(range(len(attempts)), key=lambda index: attempts[index].sequence)
    in_order = [attempts[index] for index in order]
    results = _results_of_the_next(in_order) if in_order[0].recorded == NO_RESULT else list(map(_own, in_order))
    by_index = dict(zip(order, results, strict=True))
    speaker = _speaker(attempts)
    return [Resolution(index == speaker, by_index[index]) for index in range(len(attempts))]


def _results_of_the_next(attempts: Sequence[AttemptFacts]) -> list[AttemptResult]:
    """Give each failed attempt the result that the record after it carries."""
    results = []
    taken = False
    for attempt, following in zip_longest(attempts, attempts[1:]):
        result = NO_RESULT if taken else _own(attempt)
        taken = following is not None and _tells_of_the_one_before(attempt, following)
        results.append(following.recorded if taken else result)
    return results


def _speaker(attempts: Sequence[AttemptFacts]) -> int:
    """Return the answered record, else the last attempt.

    What ran after the last attempt has no destination; it speaks only where nothing was dialled at all.
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
