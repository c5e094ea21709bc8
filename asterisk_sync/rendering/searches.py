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
    """A context that only includes others, in order, or one that only goes on, with any number, to another context."""

    context: str
    includes: tuple[str, ...]
    goes_on: str = ""


Step = tuple[str, tuple[str, ...]]


def search_plan(
    entry: str, label: str, levels: Sequence[Step], shared: Mapping[str, Search]
) -> tuple[tuple[Search, ...], dict[str, str]]:
    """Return the searches of a view, its entry first, and by position the context of what is left after it.

    A level is its position and its contexts. What is left is another view's where `shared` has the same under its name.
    """
    jumps = _jumps(levels)
    after: dict[str, str] = {}
    searches: dict[str, Search] = {}

    def name_of(kind: str, position: str, includes: tuple[str, ...], goes_on: str = "") -> str:
        known = shared.get(f"va-{kind}-{position}")
        if known is not None and (known.includes, known.goes_on) == (includes, goes_on):
            return known.context
        name = f"va-{kind}{label}-{position}"
        searches[name] = Search(name, includes, goes_on)
        return name

    for index in range(len(levels), -1, -1):
        # Blocks are counted from the end, so that what two views have in common at the end is the same in both.
        end = index + ((len(levels) - index - 1) % BLOCK + 1 if index < len(levels) else 0)
        last = NO_ROUTE
        if index < end < len(levels):
            position = levels[end - 1][0]
            last = name_of("beyond", position, (), after[position]) if end in jumps else after[position]
        includes = (*(name for _position, contexts in levels[index:end] for name in contexts), last)
        if index:
            after[levels[index - 1][0]] = name_of("after", levels[index - 1][0], includes)
        else:
            searches[entry] = Search(entry, includes)
    return tuple(reversed(searches.values())), after


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
