"""Where a worker is made to wait: the battery arms a step, the worker that comes there first stops and says so."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

POLL_SECONDS = 0.005
# A worker that nobody lets go, because the battery died, goes on by itself.
LONGEST_SECONDS = 150.0


class NotReachedError(RuntimeError):
    """No worker came to the armed step."""


@dataclass(frozen=True)
class Gate:
    """Two files in a folder that the battery and its workers share."""

    folder: Path

    @property
    def _armed(self) -> Path:
        return self.folder / "armed"

    @property
    def _reached(self) -> Path:
        return self.folder / "reached"

    def arm(self, step: str) -> None:
        """Stop the next worker that comes to `step`."""
        draft = self.folder / "draft"
        draft.write_text(step)
        draft.rename(self._armed)

    def wait_for_worker(self, seconds: float) -> int:
        """Return the process that waits at the armed step."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._reached.exists() and (pid := self._reached.read_text()).isdecimal():
                return int(pid)
            time.sleep(POLL_SECONDS)
        self.disarm()
        raise NotReachedError("no worker came to the step")

    def let_go(self) -> None:
        """Let the waiting worker go on; harmless where none waits."""
        self._reached.unlink(missing_ok=True)

    def disarm(self) -> None:
        """Stop nobody any more."""
        self._armed.unlink(missing_ok=True)
        self.let_go()

    def is_armed(self, step: str) -> bool:
        """Whether the next worker at `step` has to stop."""
        try:
            return self._armed.read_text() == step
        except FileNotFoundError:
            return False

    def stop_here(self) -> None:
        """Wait, as the worker, until the battery lets go; of several workers only one does."""
        try:
            self._armed.rename(self._reached)
        except FileNotFoundError:
            return
        self._reached.write_text(str(os.getpid()))
        deadline = time.monotonic() + LONGEST_SECONDS
        while self._reached.exists() and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
