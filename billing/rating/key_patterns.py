"""A tariff's prefix or pattern over the keys of numbers: what it matches, and how it ranks among others; pure.

A number's key (`voipadmin.core.numbers.number`) is its digits of E.164, which never begin with 0, or `0` and a code of
the installation's own country. A tariff says which of the two it is for, so that one for 190, the police, never prices
+1 904 …, and one for 1, North America, never prices 190. What the operator wrote becomes a pattern over keys:

1. For numbers: digits are the beginning of a number, `_...` is an Asterisk pattern over all of it. Where its first
   position, or its open end, allows a 0, that is left out.
2. For codes: the code as it is dialled, with the 0 in front or without. Fewer than four digits without a 0 are that
   very code (190); all other digits are the beginning of codes (4004, 0800, 10315). A pattern is over the whole code.

Source of the pattern language: https://docs.asterisk.org/Configuration/Dialplan/Pattern-Matching/
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class Matches(StrEnum):
    """What a tariff is for."""

    NUMBER = "number"
    CODE = "code"


# Codes of so many digits are the beginning of longer ones.
SHORTEST_BEGINNING = 4
CODE_SIGN = "0"
DIGITS = "0123456789"

_POSITION = re.compile(r"\[([0-9-]+)\]|([0-9XZN.!])")
_CLASSES = {"X": DIGITS, "Z": DIGITS[1:], "N": DIGITS[2:]}
# How open ends rank: a prefix, `!`, `.`, and the pattern of one length.
_PREFIX, _RANKS = 0, {"!": 1, ".": 2, "": 3}

Rank = tuple[int, int, int]


@dataclass(frozen=True)
class KeyPattern:
    """The keys that a tariff matches: the digits that each position allows, then nothing, `.` or `!`.

    `!` stands for any digits or none, `.` for one at least.
    """

    positions: tuple[str, ...]
    tail: str
    rank: Rank

    @cached_property
    def lead(self) -> str:
        """The digits that every key begins with."""
        return "".join(_leading_digits(self.positions))

    @cached_property
    def is_prefix(self) -> bool:
        """Tell whether the keys are all those that begin with `lead`."""
        return self.tail == "!" and len(self.lead) == len(self.positions)

    @property
    def is_empty(self) -> bool:
        """Tell whether it matches no key at all, such as a pattern for numbers that begins with 0."""
        return not all(self.positions)

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        body = "".join(f"[{digits}]" if digits else "(?!)" for digits in self.positions)
        return re.compile(body + {".": "[0-9]+", "!": "[0-9]*", "": ""}[self.tail])

    def matches(self, key: str) -> bool:
        """Tell whether a key falls under it."""
        if self.is_prefix:
            return key.startswith(self.lead)
        return self._expression.fullmatch(key) is not None


def compile_pattern(pattern: str, matches: str = Matches.NUMBER) -> KeyPattern:
    """Prepare a tariff's prefix or pattern, which its grammar has accepted already."""
    positions, tail = positions_of(pattern)
    is_plain = not pattern.startswith("_")
    if matches == Matches.CODE:
        written_with_zero = positions[:1] == [CODE_SIGN]
        is_beginning = is_plain and (written_with_zero or len(positions) >= SHORTEST_BEGINNING)
        if not positions:
            return KeyPattern((CODE_SIGN, DIGITS[1:]), "!", _rank(positions, _RANKS[tail]))
        if not written_with_zero:
            positions = [CODE_SIGN, *_without_zero(positions)]
        rank = _rank(positions, _PREFIX if is_beginning else _RANKS[tail])
        return KeyPattern(tuple(positions), "!" if is_beginning else tail, rank)
    rank = _rank(positions, _PREFIX if is_plain else _RANKS[tail])
    if not positions:
        return KeyPattern((DIGITS[1:],), "!", rank)
    return KeyPattern(tuple(_without_zero(positions)), "!" if is_plain else tail, rank)


def _rank(positions: Sequence[str], tail: int) -> Rank:
    """Return what decides between patterns that match one key; the greater wins."""
    return len(positions), -sum(len(digits) - 1 for digits in positions), tail


def _without_zero(positions: Sequence[str]) -> list[str]:
    """Return the positions, the first one without a 0."""
    return [positions[0].replace("0", ""), *positions[1:]] if positions else []


def positions_of(pattern: str) -> tuple[list[str], str]:
    """Return the digits that a pattern allows at each position, and its open end (`.`, `!` or nothing)."""
    if pattern.isdigit():  # most are
        return list(pattern), ""
    positions: list[str] = []
    for bracket, single in _POSITION.findall(pattern.removeprefix("_").removeprefix("+")):
        if single in (".", "!") and single:
            return positions, single
        positions.append(_expand(bracket) if bracket else _CLASSES.get(single, single))
    return positions, ""


def _expand(bracket: str) -> str:
    """Write the set `1-35` out as `1235`."""
    digits: set[str] = set()
    for first, last in re.findall(r"([0-9])(?:-([0-9]))?", bracket):
        digits.update(str(digit) for digit in range(int(first), int(last or first) + 1))
    return "".join(sorted(digits))


def _leading_digits(positions: Sequence[str]) -> Iterator[str]:
    for digits in positions:
        if len(digits) != 1:
            return
        yield digits
