"""Which record of a call speaks for it: pure. The records of one call share node and unique id."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(slots=True)
class AttemptFacts:
    """What of a record decides whether it speaks for its call."""

    sequence: int
    is_answered: bool
    has_destination: bool


def speaking_record(attempts: Sequence[AttemptFacts]) -> int:
    """Return the index of the record that speaks for the call, whatever the order in which the records arrived.

    It is the answered one, else the last attempt. What the dialplan did after the last attempt (an announcement, the
    hang-up) has no destination and speaks only where nothing was dialled.
    """
    return max(
        range(len(attempts)),
        key=lambda index: (
            attempts[index].has_destination,
            attempts[index].is_answered,
            attempts[index].sequence,
        ),
    )
