"""Calls of a number: the conditions, each served by an index, under which a record has it as its caller or called."""

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q

from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.numbers.reading import read_written

# What people and telephones put between digits.
DECORATION = str.maketrans("", "", " ()-./\u00a0\u2010\u2011\u2012\u2013")
# Where a number can stand: the called number's key, who was shown as the caller, and who it was where that differs.
# Records of before have no key; theirs is what the node wrote.
EVERYWHERE: tuple[tuple[str, Q], ...] = (
    ("called_number", Q()),
    ("src", Q()),
    ("caller", Q(caller__gt="")),
    ("dialled", Q(called_number="")),
)
CALLER = ("src", "caller")
CALLED = ("called_number", "dialled")
LONGEST = 48


class Match(StrEnum):
    """How a number is looked for."""

    BEGINS = "begins"
    EXACT = "exact"
    ENDS = "ends"
    CONTAINS = "contains"

    @property
    def is_served(self) -> bool:
        """Tell whether the indexes of numbers answer it."""
        return self in {Match.BEGINS, Match.EXACT}


LOOKUPS = {
    Match.BEGINS: "startswith",
    Match.EXACT: "exact",
    Match.ENDS: "endswith",
    Match.CONTAINS: "contains",
}


@dataclass(frozen=True, slots=True)
class NumberSearch:
    """A number, how it is looked for, and in which columns; none for all."""

    text: str
    match: Match = Match.BEGINS
    columns: tuple[str, ...] = ()

    def conditions(self, plan: NumberingPlan) -> tuple[Q, ...]:
        """Return the conditions, of which a record meets one: one for each column and spelling."""
        spellings = (
            spellings_of(self.text, plan) if self.match.is_served else (self.digits.removeprefix("+") or self.text,)
        )
        lookup = LOOKUPS[self.match]
        columns = [(name, where) for name, where in EVERYWHERE if not self.columns or name in self.columns]
        return tuple(where & Q(**{f"{name}__{lookup}": text}) for name, where in columns for text in spellings)

    @property
    def digits(self) -> str:
        """Return what was typed without what people write between digits."""
        return self.text.translate(DECORATION)


def looks_like_number(text: str) -> bool:
    """Tell whether a search is for a number: digits, a plus before them and what people write between them."""
    digits = text.translate(DECORATION).removeprefix("+")
    return digits.isascii() and digits.isdigit() and len(digits) <= LONGEST


def spellings_of(text: str, plan: NumberingPlan) -> tuple[str, ...]:
    """Return how records can spell a number, or the beginning of one, that a person wrote.

    1. As it was typed: extensions, and numbers that a carrier sent in a form of its own.
    2. By the numbering plan, where it is a whole number: its key.
    3. As the beginning of E.164: without 00, with the country's code in place of a 0, or in front of an area code.
    """
    digits = text.translate(DECORATION).removeprefix("+")
    found = [digits]
    known = read_written(text, plan)
    if known.is_readable:
        found.append(known.key)
    if text.strip().startswith("+"):
        return tuple(dict.fromkeys(spelling for spelling in found if spelling)) or (text,)
    if digits.startswith("00"):
        found.append(digits[2:])
    elif digits.startswith("0"):
        found.append(plan.country_code + digits[1:])
    elif not digits.startswith(plan.country_code):
        found.append(plan.country_code + digits)
    return tuple(dict.fromkeys(spelling for spelling in found if spelling)) or (text,)
