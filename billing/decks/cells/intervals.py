"""Cells about how calls are counted: seconds, and pairs of initial block and increment; pure."""

import re

from voipadmin.core.sheets.cells import Cell, is_digits, plain_letters, text_of
from voipadmin.core.sheets.input_errors import CellError

LONGEST_BLOCK = 3600
LONGEST_TEXT = 60
# Of three blocks the first is free seconds where it is as short as this; else a minimum, written twice.
LONGEST_FREE = 5
MINUTE = 60

_SECONDS = r"(?:s|secs?|segs?|seconds?|segundos?)"
_MINUTES = r"(?:m|mins?|minutes?|minutos?)"
_COUNT = rf"(\d{{1,4}})\s*(?:({_SECONDS})|({_MINUTES}))?\.?"
_ONE = re.compile(_COUNT)
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,2}):(\d{2})")
_PARTS = re.compile(r"[/+:\-x]|\be\b|\by\b")
# Words for whole seconds and whole minutes.
_WORDS = {
    **dict.fromkeys(("per second", "second", "por segundo", "segundo", "segundo a segundo", "by second"), (1, 1)),
    **dict.fromkeys(
        ("per minute", "minute", "por minuto", "minuto", "minuto a minuto", "full minute"), (MINUTE, MINUTE)
    ),
}


def seconds_of(cell: Cell, unit: int = 1) -> int | None:
    """Return a number of seconds, or None where the cell is empty; a bare number counts `unit` seconds each."""
    text = _plain(cell)
    if not text:
        return None
    clock = _CLOCK.fullmatch(text)
    seconds = _of_clock(clock) if clock else _count(text, unit)
    if seconds is None or seconds > LONGEST_BLOCK:
        raise CellError("seconds")
    return seconds


def blocks_of(cell: Cell, unit: int = 1) -> tuple[int, int, int | None] | None:
    """Return initial block, increment and, where named, free seconds of `60/60`, `30+6`, `3/30/6`; None where empty."""
    text = _plain(cell)
    if not text:
        return None
    if text in _WORDS:
        return (*_WORDS[text], None)
    blocks = [_count(part, unit) for part in _PARTS.split(text)]
    known = [block for block in blocks if block is not None]
    if len(known) != len(blocks) or len(known) > 3:  # noqa: PLR2004 - free, initial, increment
        raise CellError("blocks")
    free, (initial, increment) = _told_apart(known)
    if not all(1 <= block <= LONGEST_BLOCK for block in (initial, increment)):
        raise CellError("blocks")
    return initial, increment, free


def _told_apart(blocks: list[int]) -> tuple[int | None, tuple[int, int]]:
    """Return free seconds, initial block and increment: three are 30/30/6 or 3/30/6 by custom."""
    if len(blocks) < 3:  # noqa: PLR2004 - see above
        return None, (blocks[0], blocks[-1])
    first, initial, increment = blocks
    if first == initial:
        return None, (initial, increment)
    if first > LONGEST_FREE or first >= initial or increment > initial:
        raise CellError("blocks")
    return first, (initial, increment)


def _plain(cell: Cell) -> str:
    text = text_of(cell)
    if len(text) > LONGEST_TEXT:
        raise CellError("blocks")
    return text if is_digits(text) else plain_letters(text)


def _count(text: str, unit: int) -> int | None:
    match = _ONE.fullmatch(text.strip())
    if match is None:
        return None
    return int(match[1]) * (1 if match[2] else MINUTE if match[3] else unit)


def _of_clock(clock: re.Match[str]) -> int:
    hours, minutes, seconds = (int(part or 0) for part in clock.groups())
    return (hours * MINUTE + minutes) * MINUTE + seconds
