"""What was worked out for the last few sets, so that a change costs what it changes and not what there is."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

# A result that none of the last sets needed is forgotten after this many to twice as many of them.
KEPT_TURNS = 32


class Memory(Generic[Value]):
    """Results by what they follow from alone; a turn is one set of files."""

    def __init__(self) -> None:
        self._young: dict[Hashable, Value] = {}
        self._old: dict[Hashable, Value] = {}
        self._turns = 0

    def __len__(self) -> int:
        return len(self._young.keys() | self._old.keys())

    def recall(self, key: Key, work_out: Callable[[Key], Value]) -> Value:
        """Return the result for `key`, worked out of it only where none is remembered."""
        # Both are held: a turn that another thread begins may come in between.
        young, old = self._young, self._old
        if key in young:
            return young[key]
        value = old[key] if key in old else work_out(key)
        young[key] = value
        return value

    def turn(self) -> None:
        """Begin a set: what the last ones left untouched goes."""
        self._turns += 1
        if self._turns >= KEPT_TURNS:
            self._turns, self._old, self._young = 0, self._young, {}
