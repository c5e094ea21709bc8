"""Watches the live path all the time: every file that Asterisk could read must belong to one whole set."""

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.reading import foreign_files

POLL_SECONDS = 0.02


@dataclass
class Watcher:
    """A thread that looks at `current` every few milliseconds; `mixed` holds what it saw."""

    current: Path
    mixed: set[str] = field(default_factory=set, init=False)
    looks: int = field(default=0, init=False)
    _done: threading.Event = field(default_factory=threading.Event, init=False)
    _thread: threading.Thread | None = field(default=None, init=False)

    def start(self) -> None:
        """Begin to look."""
        self._thread = threading.Thread(target=self._watch, daemon=True, name="watcher")
        self._thread.start()

    def _watch(self) -> None:
        while not self._done.is_set():
            self.look()
            time.sleep(POLL_SECONDS)

    def look(self) -> None:
        """Look once; what was seen while the link moved does not count."""
        try:
            before = self.current.readlink()
        except OSError:
            self.mixed.add("no live set at all")
            return
        try:
            foreign = foreign_files(self.current)
        except (OSError, ValueError, KeyError) as error:
            foreign = [f"{type(error).__name__}"]
        if self.current.readlink() == before:
            self.looks += 1
            self.mixed |= {f"{before}: {name}" for name in foreign}

    def stop(self) -> None:
        """Look no more."""
        self._done.set()
        if self._thread is not None:
            self._thread.join()
