"""Spreads many lines over contexts of a bounded size, by a remainder of their numbers."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

Item = TypeVar("Item")

# None has a factor in common with ten: numbers that all begin alike, end alike or are evenly apart are spread as well
# as any others. With these steps the number of contexts, which decides where each line is, changes seldom.
MODULI = (1, 11, 101, 1009, 10_007)


def parts_for(count: int, most: int) -> int:
    """Return the number of contexts for `count` lines, so that each gets about `most` or fewer."""
    return next((modulus for modulus in MODULI if count <= most * modulus), MODULI[-1])


def spread(items: Sequence[Item], number: Callable[[Item], int], most: int) -> dict[int, list[Item]]:
    """Return remainder -> items, by remainder, with as few parts as keep each to about `most`; their order stays."""
    return spread_over(items, number, parts_for(len(items), most))


def spread_over(items: Iterable[Item], number: Callable[[Item], int], parts: int) -> dict[int, list[Item]]:
    """Return remainder -> items, where the number of each item is divided by `parts`."""
    found: dict[int, list[Item]] = defaultdict(list)
    for item in items:
        found[number(item) % parts].append(item)
    return {part: found[part] for part in sorted(found)}
