"""Two generations compared file by file, as pages and the API show it: secrets masked, a long file in parts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from asterisk_sync.generations import store
from asterisk_sync.generations.diff import diff_of_sets
from asterisk_sync.models import Generation, GenerationStatus

# Lines of a file's difference that are shown at first, and more with each click.
LINES_IN_A_PART = 300
# A difference of so many lines is shown unfolded.
SHORT_LINES = 40
# The number and hashes of header and marker, which differ between any two generations.
_NUMBERS_AND_HASHES = re.compile(
    r"^(; Asterisk Admin generation )\d+, content [0-9a-f]+(?=,)|\bgen-[0-9a-f]{16}\b", re.MULTILINE
)


@dataclass(frozen=True)
class FileDifference:
    """The unified difference of one file; each line with the kind that colours it."""

    name: str
    lines: Sequence[tuple[str, str]]

    @property
    def added(self) -> int:
        """How many lines are only in the later file."""
        return sum(1 for kind, _line in self.lines if kind == "add")

    @property
    def removed(self) -> int:
        """How many lines are only in the earlier file."""
        return sum(1 for kind, _line in self.lines if kind == "del")

    def text(self) -> str:
        """Return its lines as text."""
        return "".join(f"{line}\n" for _kind, line in self.lines)

    @property
    def is_short(self) -> bool:
        """Tell whether it fits on a screen."""
        return len(self.lines) <= SHORT_LINES

    @property
    def beginning(self) -> "Part":
        """Return the part that is shown at first."""
        return self.part(0)

    @property
    def whole(self) -> "Part":
        """Return all lines."""
        return Part(self.name, self.lines, None, len(self.lines))

    def part(self, start: int) -> "Part":
        """Return the part that begins with line `start`, counted from 0."""
        end = start + LINES_IN_A_PART
        return Part(self.name, self.lines[start:end], end if end < len(self.lines) else None, len(self.lines))


@dataclass(frozen=True)
class Part:
    """Some lines of a file's difference, and where the next ones begin."""

    name: str
    lines: Sequence[tuple[str, str]]
    following: int | None
    total: int


@dataclass(frozen=True)
class Comparison:
    """How `after` differs from `before`; without a `before` everything in `after` is new."""

    before: Generation | None
    after: Generation
    files: Sequence[FileDifference] = ()
    # The text of one of the sets was dropped, or its key is gone: there is nothing to compare.
    unreadable: bool = False
    # Made from a text instead of two kept sets: all lines are there, and no further part can be asked for.
    complete: bool = False

    def file(self, name: str) -> FileDifference | None:
        """Return the difference of one file."""
        return next((item for item in self.files if item.name == name), None)

    def text(self) -> str:
        """Return the whole as text."""
        return "".join(f"--- a/{item.name}\n+++ b/{item.name}\n{item.text()}" for item in self.files)


def compare_generations(before: Generation | None, after: Generation, only: str = "") -> Comparison:
    """Compare two generations, or the file `only` of them."""
    old = store.read_files(before) if before else {}
    new = store.read_files(after)
    if not new or (before is not None and not old):
        return Comparison(before, after, unreadable=True)
    names = sorted(name for name in {*old, *new} if old.get(name) != new.get(name) and only in {"", name})
    # In a set that was found on a node such a number was altered by hand, and is shown.
    exact = after.status == GenerationStatus.DRIFTED
    files = [file_difference(name, old.get(name, ""), new.get(name, ""), exact=exact) for name in names]
    return Comparison(before, after, [file for file in files if file.lines])


def file_difference(name: str, before: str, after: str, *, exact: bool = False) -> FileDifference:
    """Compare two texts of one file; the numbers and hashes that always differ count only where `exact`."""
    old, new = (
        (before, after) if exact else (_NUMBERS_AND_HASHES.sub(_plain, before), _NUMBERS_AND_HASHES.sub(_plain, after))
    )
    lines = lines_of(diff_of_sets({name: old}, {name: new}))
    return FileDifference(name, [(kind, line) for kind, line in lines if kind != "file"])


def _plain(match: re.Match[str]) -> str:
    return f"{match[1]}…, content …" if match[1] else "gen-…"


def lines_of(text: str) -> list[tuple[str, str]]:
    """Return the lines of a unified difference with the kind that colours each."""
    return [(_kind_of(line), line) for line in text.splitlines()]


def _kind_of(line: str) -> str:
    for start, kind in (("+++", "file"), ("---", "file"), ("@@", "hunk"), ("+", "add"), ("-", "del")):
        if line.startswith(start):
            return kind
    return "same"
