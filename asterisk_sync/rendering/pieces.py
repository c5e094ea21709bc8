"""What both dialplan files are made with."""

from typing import Protocol

from routing.numbers import NumberRule
from voipadmin.core.numbers.patterns import parse_pattern


class Numbered(Protocol):
    """A line of the dialplan that is about one number."""

    @property
    def number(self) -> str:
        """Return the digits."""


def heading(title: str) -> str:
    """Return the comment over a part of a file."""
    return f"; === {title} ===\n"


def value_of(digits: str) -> int:
    """Return the number as an integer; one that is none falls anywhere: the guard is what refuses it."""
    try:
        return int(digits)
    except ValueError:
        return 0


def place_of(line: Numbered) -> int:
    """Return what decides in which context a line stands."""
    return value_of(line.number)


def descending_rules(rules: tuple[NumberRule, ...]) -> list[NumberRule]:
    """Return the rules with those last that Asterisk tries first, as a reload reads them fastest."""
    return sorted(rules, key=lambda rule: parse_pattern(rule.pattern).specificity, reverse=True)
