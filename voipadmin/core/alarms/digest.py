"""When steps of alarms are mailed: of one kind at most one letter a minute for each receiver; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

BETWEEN_LETTERS = timedelta(minutes=1)
# A storm of alarms of many kinds is held back as well: so many letters a minute, the rest in one.
LETTERS_A_MINUTE = 5


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """A step that waits to be mailed; `key` is its row."""

    key: UUID
    receiver: UUID
    kind: str


@dataclass(frozen=True, slots=True)
class LetterPlan:
    """The steps of one letter; `kind` is empty where they are of several."""

    receiver: UUID
    kind: str
    keys: tuple[UUID, ...]


def plan_letters(
    waiting: Iterable[WaitingMail], last_sent: Mapping[tuple[UUID, str], datetime], now: datetime
) -> list[LetterPlan]:
    """Return the letters to be written now.

    1. Steps of one receiver and kind go together.
    2. They wait while the last letter of that kind to that receiver is younger than a minute (`last_sent`).
    3. Where more than five kinds are ripe for a receiver, the fifth letter takes all that are left.
    """
    groups: dict[tuple[UUID, str], list[UUID]] = {}
    for mail in waiting:
        groups.setdefault((mail.receiver, mail.kind), []).append(mail.key)
    letters: dict[UUID, list[LetterPlan]] = {}
    for (receiver, kind), keys in groups.items():
        last = last_sent.get((receiver, kind))
        if last is None or not timedelta(0) <= now - last < BETWEEN_LETTERS:
            letters.setdefault(receiver, []).append(LetterPlan(receiver, kind, tuple(keys)))
    return [letter for plans in letters.values() for letter in _bounded(plans)]


def _bounded(plans: list[LetterPlan]) -> list[LetterPlan]:
    if len(plans) <= LETTERS_A_MINUTE:
        return plans
    first, rest = plans[: LETTERS_A_MINUTE - 1], plans[LETTERS_A_MINUTE - 1 :]
    keys = tuple(key for plan in rest for key in plan.keys)
    return [*first, LetterPlan(rest[0].receiver, "", keys)]
