"""Caches in the memory of one process. They differ in what makes an entry go; pure functions use `lru_cache` instead.

`RoundCache` drops what the last rounds of work did not use, `VersionedCache` what was made from another version of its
source, `BoundedCache` what was used longest ago.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

# A value that is no longer used goes after this many rounds at the earliest, and after twice as many at the latest.
ROUNDS_KEPT = 32


class RoundCache(Generic[Value]):
    """Keeps the values that the last 32 to 64 rounds of work used; a round is, for a worker, one set of files.

    1. Two dictionaries are held: `_recent` gets every value that is used, `_older` is what was recent before.
    2. After 32 rounds the recent ones become the older ones, and those that were the older ones go.
    """

    def __init__(self) -> None:
        self._recent: dict[Hashable, Value] = {}
        self._older: dict[Hashable, Value] = {}
        self._rounds = 0

    def __len__(self) -> int:
        return len(self._recent.keys() | self._older.keys())

    def get_or_make(self, key: Key, make: Callable[[Key], Value]) -> Value:
        """Return the value of `key`, made from the key alone where none is kept."""
        # Bound to names first: another thread may begin a round between two of these lines.
        recent, older = self._recent, self._older
        if key in recent:
            return recent[key]
        value = older[key] if key in older else make(key)
        recent[key] = value
        return value

    def begin_round(self) -> None:
        """Count a round, and drop what was not used for long enough."""
        self._rounds += 1
        if self._rounds >= ROUNDS_KEPT:
            self._rounds, self._older, self._recent = 0, self._recent, {}


class VersionedCache(Generic[Value]):
    """Keeps one value for each key, for as long as the version of its source stays the same."""

    def __init__(self) -> None:
        self._entries: dict[Hashable, tuple[Hashable, Value]] = {}

    def get_or_make(self, key: Hashable, version: Hashable, make: Callable[[], Value]) -> Value:
        """Return the value of `key`, made anew where none is kept of this version."""
        entry = self._entries.get(key)
        return entry[1] if entry is not None and entry[0] == version else self.replace(key, version, make)

    def replace(self, key: Hashable, version: Hashable, make: Callable[[], Value]) -> Value:
        """Make the value of `key` anew, whatever is kept."""
        value = make()
        self._entries[key] = version, value
        return value


class BoundedCache(Generic[Key, Value]):
    """Keeps the `most` values that were used last; threads may share it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> Value | None:
        """Return the value of `key`, None where none is kept."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Key, value: Value) -> None:
        """Keep a value; the one that was used longest ago goes where there are too many."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._most:
                self._values.popitem(last=False)
