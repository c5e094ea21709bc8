"""Which of many patterns overlap with one: a tree by position, so that most are never compared. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from voipadmin.core.numbers.patterns import Pattern

Item = TypeVar("Item")


@dataclass
class _Node(Generic[Item]):
    """The patterns with equal first positions: those that end here, by tail, and the others by their next position."""

    ends: dict[str, list[Item]] = field(default_factory=dict)
    longer: dict[frozenset[str], "_Node[Item]"] = field(default_factory=dict)

    def everything(self) -> Iterator[Item]:
        for items in self.ends.values():
            yield from items
        for node in self.longer.values():
            yield from node.everything()


class OverlapIndex(Generic[Item]):
    """Items by pattern."""

    def __init__(self) -> None:
        self._root: _Node[Item] = _Node()

    def add(self, pattern: Pattern, item: Item) -> None:
        """Keep an item under its pattern."""
        node = self._root
        for allowed in pattern.positions:
            node = node.longer.setdefault(allowed, _Node())
        node.ends.setdefault(pattern.tail, []).append(item)

    def overlapping(self, pattern: Pattern) -> Iterator[Item]:
        """Yield the items whose patterns match a number that `pattern` matches, too, as `Pattern.overlaps` decides.

        1. Go down the tree, one position of `pattern` at a time, by every branch that allows a digit in common.
        2. On the way, a pattern that ends here overlaps only with an open end (`.` or `!`).
        3. At the last position, those of equal length overlap, unless one of the two ends where the other asks for one
           more digit; longer ones overlap where `pattern` has an open end itself.
        """
        nodes = [self._root]
        for allowed in pattern.positions:
            for node in nodes:
                # Shorter than `pattern`: only an open end reaches its length.
                yield from node.ends.get(".", ())
                yield from node.ends.get("!", ())
            nodes = [longer for node in nodes for theirs, longer in node.longer.items() if theirs & allowed]
        for node in nodes:
            yield from self._from_its_length_on(node, pattern.tail)

    @staticmethod
    def _from_its_length_on(node: _Node[Item], tail: str) -> Iterator[Item]:
        for their_tail, items in node.ends.items():
            # One ends where the other asks for one more: `_12` and `_12.`.
            if {tail, their_tail} != {"", "."}:
                yield from items
        if tail:
            for longer in node.longer.values():
                yield from longer.everything()
