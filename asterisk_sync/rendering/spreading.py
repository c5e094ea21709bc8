"""Many lines over contexts of a bounded size, whatever the numbers look like."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

Item = TypeVar("Item")

# Prime to ten: numbers that all begin alike, end alike or lie evenly apart are spread as well as others.
MODULI = (1, 11, 101, 1009, 10_007)


def parts_for(count: int, most: int) -> int:
    """Return over how many contexts `count` lines go, so that each has about `most` or fewer."""
    return next((modulus for modulus in MODULI if count <= most * modulus), MODULI[-1])


def spread(items: Sequence[Item], number: Callable[[Item], int], most: int) -> dict[int, list[Item]]:
    """Return the items by the remainder of their number, in the order of the remainders; the others' order stays."""
    return spread_over(items, number, parts_for(len(items), most))


def spread_over(items: Iterable[Item], number: Callable[[Item], int], parts: int) -> dict[int, list[Item]]:
    """Return the items by the remainder of their number when divided by `parts`."""
    found: dict[int, list[Item]] = defaultdict(list)
    for item in items:
        found[number(item) % parts].append(item)
    return {part: found[part] for part in sorted(found)}
