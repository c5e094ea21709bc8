"""What is searched, level after level, from the entry and from what is left after each level.

Asterisk gives a lookup up after 512 contexts, and `dialplan show` keeps a frame on a small stack for each include
inside an include. So what is left after a level names the levels of its block one by one, and the rest as what is left
after the block; after some hundred contexts the search ends, and goes on by a jump.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

BLOCK = 8
CONTEXTS_IN_A_SEARCH = 300
NO_ROUTE = "va-no-route"


@dataclass(frozen=True)
class Search:
    """A context that only includes others, in order; one that `goes_on` ends with a jump to that context."""

    context: str
    includes: tuple[str, ...]
    goes_on: str = ""


Step = tuple[str, tuple[str, ...]]


def search_plan(
    entry: str, label: str, levels: Sequence[Step], shared: Mapping[str, Search]
) -> tuple[tuple[Search, ...], dict[str, str]]:
    """Return the searches of a view, and by position the context of what is left after it.

    A level is its position and its contexts. What is left is another view's where `shared` has the same under its name.
    """
    jumps = _jumps(levels)
    after: dict[str, str] = {}
    searches: list[Search] = []
    for index in range(len(levels), -1, -1):
        position = levels[index - 1][0] if index else ""
        # Blocks are counted from the end, so that what two views have in common at the end is the same in both.
        end = index + ((len(levels) - index - 1) % BLOCK + 1 if index < len(levels) else 0)
        includes = tuple(name for _position, contexts in levels[index:end] for name in contexts)
        last, goes_on = NO_ROUTE, ""
        if index < end < len(levels):
            rest = after[levels[end - 1][0]]
            last, goes_on = ("", rest) if end in jumps else (rest, "")
        found = (tuple(filter(None, (*includes, last))), goes_on)
        known = shared.get(f"va-after-{position}")
        if index and known is not None and found == (known.includes, known.goes_on):
            after[position] = known.context
            continue
        name = f"va-after{label}-{position}" if index else entry
        after[position] = name
        searches.append(Search(name, *found))
    return tuple(reversed(searches)), after


def _jumps(levels: Sequence[Step]) -> set[int]:
    """Return behind how many levels a search has seen as many contexts as it may."""
    found: set[int] = set()
    seen = 0
    for begin in range(len(levels) - BLOCK, 0, -BLOCK):
        seen += 1 + sum(len(contexts) for _position, contexts in levels[begin : begin + BLOCK])
        if seen >= CONTEXTS_IN_A_SEARCH:
            found.add(begin)
            seen = 0
    return found
