"""Unified differences of sets of files, with every secret masked; fast where little differs in 100,000 lines.

Python's difflib takes minutes for that. It is used for the lines between two that are known to match.
"""

import difflib
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

LONGEST_DIFF = 200_000
MASK = "********"
CONTEXT_LINES = 2
# Between two matches with more lines than that on both sides together, everything counts as replaced.
MOST_LINES_COMPARED = 2_000
NO_END = "\\ No newline at end of file\n"

_SECRET_LINE = re.compile(
    r"^([-+ ]?[^\S\n]*(?:password|md5_cred|password_digest|secret)[^\S\n]*=>?[^\S\n]*).*", re.MULTILINE
)
# The line of the dialplan that signs what the authorizer is asked.
_SIGNING = re.compile(r"(\$\{MD5\().*")

# An equal run: its first index in the old and in the new sequence, and its length.
Match = tuple[int, int, int]


def mask_secrets(text: str) -> str:
    """Replace the value of every secret in configuration text or in a difference of it."""
    return _SIGNING.sub(rf"\1{MASK}", _SECRET_LINE.sub(rf"\1{MASK}", text))


def diff_of_sets(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Return the unified difference of two sets with secrets masked, cut where it is very long."""
    parts: list[str] = []
    length = 0
    for name in sorted({*before, *after}):
        for part in diff_of_file(before.get(name, ""), after.get(name, ""), name):
            parts.append(part)
            length += len(part)
            if length > LONGEST_DIFF:
                return mask_secrets("".join(parts))[:LONGEST_DIFF] + "\n…\n"
    return mask_secrets("".join(parts))


def diff_of_file(before: str, after: str, name: str) -> Iterator[str]:
    """Yield the difference of one file as `patch` takes it, unmasked: the names, then a text for each hunk."""
    if before == after:
        return
    old, new = _Text(before), _Text(after)
    matcher: difflib.SequenceMatcher[str] = difflib.SequenceMatcher(None, "", "")
    # The matches are found here, and difflib makes hunks of them: its `opcodes` are what it would have found itself.
    matcher.opcodes = list(_opcodes(_matching_lines(old, new), len(old), len(new)))  # type: ignore[attr-defined]
    yield f"--- a/{name}\n+++ b/{name}\n"
    for hunk in matcher.get_grouped_opcodes(CONTEXT_LINES):
        yield "".join(_hunk(hunk, old, new))


def _lines(text: str) -> list[str]:
    """Cut a text into lines at line feeds alone; `str.splitlines` knows other ends of lines."""
    lines = text.split("\n")
    last = lines.pop()
    return [line + "\n" for line in lines] + ([last] if last else [])


class _Text:
    """A text cut before each line that opens a section; its lines are made where they are asked for."""

    def __init__(self, text: str) -> None:
        self.sections = _sections(text)
        # The index of the first line of each section, and last the number of lines.
        counts = (section.count("\n") + (not section.endswith("\n")) for section in self.sections)
        self.starts = list(accumulate(counts, initial=0))

    def __len__(self) -> int:
        return self.starts[-1]

    def lines(self, begin: int, end: int) -> list[str]:
        """Return the lines from `begin` up to `end`, cutting only the sections that hold them."""
        first = max(0, bisect_right(self.starts, begin) - 1)
        last = bisect_left(self.starts, end)
        return _lines("".join(self.sections[first:last]))[begin - self.starts[first] :][: end - begin]


def _matching_lines(old: _Text, new: _Text) -> Iterator[Match]:
    """Yield the matches of lines: whole sections first, then the lines between sections that match."""
    matches = _align(old.sections, new.sections)
    for kind, a, a_end, b, b_end in _opcodes(matches, len(old.sections), len(new.sections)):
        if kind == "equal":
            yield old.starts[a], new.starts[b], old.starts[a_end] - old.starts[a]
            continue
        old_lines, new_lines = _lines("".join(old.sections[a:a_end])), _lines("".join(new.sections[b:b_end]))
        for i, j, size in _align(old_lines, new_lines):
            yield old.starts[a] + i, new.starts[b] + j, size


def _sections(text: str) -> list[str]:
    """Cut a text before each line that opens a section."""
    first, *others = text.split("\n[")
    if not others:
        return [text] if text else []
    return [first + "\n", *(f"[{other}\n" for other in others[:-1]), f"[{others[-1]}"]


def _align(old: Sequence[str], new: Sequence[str]) -> Iterator[Match]:
    """Yield the equal runs of two sequences, in order.

    1. Where the very first or last item is found nowhere in the other sequence while its neighbour matches, leave it
       out: header and marker of a generated file always differ.
    2. Match the equal items at the beginning and at the end.
    3. Of the rest, match the items that are there once in both, as far as they have the same order (the anchors of
       `git diff --patience`).
    4. Between two anchors, let difflib match the items, where they are few.
    """
    start, end = _equal_ends(old, new)
    if not start and old[1:2] == new[1:2] != [] and _are_in_neither(old, new, 0):
        yield from ((i + 1, j + 1, size) for i, j, size in _align(old[1:], new[1:]))
        return
    if not end and old[-2:-1] == new[-2:-1] != [] and _are_in_neither(old, new, -1):
        yield from _align(old[:-1], new[:-1])
        return
    if start:
        yield 0, 0, start
    a, b, a_end, b_end = start, start, len(old) - end, len(new) - end
    for i, j in [*_anchors(old[a:a_end], new[b:b_end], start), (a_end, b_end)]:
        yield from _between(old, new, (a, i), (b, j))
        if i < a_end:
            yield i, j, 1
        a, b = i + 1, j + 1
    if end:
        yield a_end, b_end, end


def _are_in_neither(old: Sequence[str], new: Sequence[str], place: int) -> bool:
    """Tell whether the item at `place` of each sequence is nowhere in the other one."""
    return old[place] not in new and new[place] not in old


def _equal_ends(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """Return how many items are equal at the beginning, and how many at the end."""
    most = min(len(old), len(new))
    start = next((index for index in range(most) if old[index] != new[index]), most)
    most -= start
    end = next((index for index in range(most) if old[-1 - index] != new[-1 - index]), most)
    return start, end


def _anchors(old: Sequence[str], new: Sequence[str], start: int) -> list[tuple[int, int]]:
    """Return the places of items that are there once in both, as many as have the same order in both; `start` is added.

    It is the longest increasing subsequence, by patience sorting: `ends[depth]` is the smallest place in `new` at which
    a subsequence of length `depth + 1` ends, `best[depth]` the pair that ends it, `before[index]` the pair in front of
    pair `index`. From the last pair these are followed back.
    """
    places = {item: place for place, item in enumerate(new)}
    counted_old, counted_new = Counter(old), Counter(new)
    pairs = [
        (place, places[item]) for place, item in enumerate(old) if counted_old[item] == 1 and counted_new.get(item) == 1
    ]
    ends: list[int] = []
    best: list[int] = []
    before: list[int] = []
    for index, (_place, other) in enumerate(pairs):
        depth = bisect_left(ends, other)
        before.append(best[depth - 1] if depth else -1)
        ends[depth : depth + 1], best[depth : depth + 1] = [other], [index]
    found: list[tuple[int, int]] = []
    index = best[-1] if best else -1
    while index >= 0:
        found.append((pairs[index][0] + start, pairs[index][1] + start))
        index = before[index]
    return found[::-1]


def _between(
    old: Sequence[str], new: Sequence[str], old_range: tuple[int, int], new_range: tuple[int, int]
) -> Iterator[Match]:
    """Yield the equal runs between two anchors, where there are few enough items to look."""
    one, other = old[slice(*old_range)], new[slice(*new_range)]
    if not one or not other or len(one) + len(other) > MOST_LINES_COMPARED:
        return
    for match in difflib.SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks():
        if match.size:
            yield old_range[0] + match.a, new_range[0] + match.b, match.size


def _opcodes(matches: Iterator[Match], old: int, new: int) -> Iterator[tuple[str, int, int, int, int]]:
    """Yield instructions as `SequenceMatcher.get_opcodes` has them; runs that touch become one."""
    a = b = 0
    run = (0, 0, 0)
    for i, j, size in [*matches, (old, new, 0)]:
        if size and (run[0] + run[2], run[1] + run[2]) == (i, j):
            run = (run[0], run[1], run[2] + size)
            continue
        if run[2]:
            yield "equal", run[0], run[0] + run[2], run[1], run[1] + run[2]
            a, b = run[0] + run[2], run[1] + run[2]
        if a < i and b < j:
            yield "replace", a, i, b, j
        elif a < i:
            yield "delete", a, i, b, b
        elif b < j:
            yield "insert", a, a, b, j
        run = (i, j, size)


def _hunk(hunk: Sequence[tuple[str, int, int, int, int]], old: _Text, new: _Text) -> Iterator[str]:
    first, last = hunk[0], hunk[-1]
    yield f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@\n"
    for kind, a, a_end, b, b_end in hunk:
        if kind == "equal":
            yield from (_shown(" ", line) for line in old.lines(a, a_end))
            continue
        yield from (_shown("-", line) for line in old.lines(a, a_end))
        yield from (_shown("+", line) for line in new.lines(b, b_end))


def _shown(sign: str, line: str) -> str:
    return sign + line if line.endswith("\n") else f"{sign}{line}\n{NO_END}"


def _range(start: int, end: int) -> str:
    length = end - start
    if length == 1:
        return f"{start + 1}"
    return f"{start + 1 if length else start},{length}"
