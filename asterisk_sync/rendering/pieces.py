"""What both dialplan files need."""

from typing import Protocol


class Numbered(Protocol):
    """A line of the dialplan that is about one number."""

    @property
    def number(self) -> str:
        """Return the digits."""


def heading(title: str) -> str:
    """Return the comment over a part of a file."""
    return f"; === {title} ===\n"


def value_of(digits: str) -> int:
    """Return digits as an integer; anything else counts as 0, and is refused by the guard when it is rendered."""
    try:
        return int(digits)
    except ValueError:
        return 0


def place_of(line: Numbered) -> int:
    """Return the number by which lines are spread over contexts."""
    return value_of(line.number)
