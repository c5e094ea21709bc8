"""The contexts that search the levels of routes one after another, from the entry on and again after each level.

A call that failed by the routes of a level goes on with what is left after it. Asterisk limits how that can be written:
a lookup ends with an error after 512 contexts (AST_PBX_MAX_STACK), and `dialplan show` keeps a frame on a small stack
for each include inside an include. Source: main/pbx.c of Asterisk 22.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

# Levels that one context includes itself before it includes the context of what is left after them.
LEVELS_IN_A_BLOCK = 8
# Contexts that a search goes through before it jumps to another one; well below Asterisk's 512.
CONTEXTS_IN_A_SEARCH = 300
NO_ROUTE = "va-no-route"


@dataclass(frozen=True)
class SearchContext:
    """A context that includes others in the order in which they are searched; with `goes_on` it has a jump instead."""

    context: str
    includes: tuple[str, ...]
    goes_on: str = ""


class LevelContexts(NamedTuple):
    """A level by its position, with the names of its contexts."""

    position: str
    contexts: tuple[str, ...]


def plan_search_contexts(
    entry: str, label: str, levels: Sequence[LevelContexts], shared: Mapping[str, SearchContext]
) -> tuple[tuple[SearchContext, ...], dict[str, str]]:
    """Return the contexts of a search path, its entry first, and position -> context of what is left after a level.

    1. Cut the levels into blocks of eight, counted from the end: paths with the same last levels get the same blocks.
    2. From the last level to the first, make the context of what is left after it: it includes the levels of its block
       that follow, then the context of what is left after the block, or `va-no-route` after the last block.
    3. Where a search would have gone through 300 contexts by then, put a `beyond` context in between, which ends this
       search and jumps into another one.
    4. A context that `shared`, those of another path by name, has alike is not made again; that path's is used.
    """
    ends_of_searches = _ends_of_searches(levels)
    after: dict[str, str] = {}
    made: dict[str, SearchContext] = {}

    def name_of(kind: str, position: str, includes: tuple[str, ...], goes_on: str = "") -> str:
        known = shared.get(f"va-{kind}-{position}")
        if known is not None and (known.includes, known.goes_on) == (includes, goes_on):
            return known.context
        name = f"va-{kind}{label}-{position}"
        made[name] = SearchContext(name, includes, goes_on)
        return name

    for index in range(len(levels), -1, -1):
        end = _end_of_block(index, len(levels))
        last = NO_ROUTE
        if index < end < len(levels):
            position = levels[end - 1].position
            last = name_of("beyond", position, (), after[position]) if end in ends_of_searches else after[position]
        includes = (*(name for level in levels[index:end] for name in level.contexts), last)
        if index:
            after[levels[index - 1].position] = name_of("after", levels[index - 1].position, includes)
        else:
            made[entry] = SearchContext(entry, includes)
    return tuple(reversed(made.values())), after


def _end_of_block(index: int, count: int) -> int:
    """Return how many levels there are up to the end of the block that level `index`, counted from 0, is in."""
    return index + (count - index - 1) % LEVELS_IN_A_BLOCK + 1 if index < count else count


def _ends_of_searches(levels: Sequence[LevelContexts]) -> set[int]:
    """Return after how many levels, each time the end of a block, a search ends and another one begins."""
    found: set[int] = set()
    searched = 0
    for begin in range(len(levels) - LEVELS_IN_A_BLOCK, 0, -LEVELS_IN_A_BLOCK):
        searched += 1 + sum(len(level.contexts) for level in levels[begin : begin + LEVELS_IN_A_BLOCK])
        if searched >= CONTEXTS_IN_A_SEARCH:
            found.add(begin)
            searched = 0
    return found
