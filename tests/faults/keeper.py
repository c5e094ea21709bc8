"""Processes of the product that come back when they end, as their systemd units say."""

import signal
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.trial.process import Child, StartError, die_with_parent, start_child

# RestartSec of the units.
RESTART_SECONDS = 2.0
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Kept:
    """One process; a thread of its own waits for it and starts it again."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    log: Path
    ready: str = ""
    restarts: int = field(default=0, init=False)
    _child: Child | None = field(default=None, init=False)
    _stopping: threading.Event = field(default_factory=threading.Event, init=False)
    _thread: threading.Thread | None = field(default=None, init=False)

    def start(self, seconds: float = 60.0) -> None:
        """Start the process and wait until its log holds `ready`."""
        self._stopping.clear()
        self.log.unlink(missing_ok=True)
        begun = threading.Event()
        # The thread is the parent whose death the kernel watches, so it starts every one of them.
        self._thread = threading.Thread(target=self._keep, args=(begun,), daemon=True, name=f"keeper of {self.name}")
        self._thread.start()
        begun.wait()
        if self._child is None:
            raise StartError(f"{self.name} did not start")
        self._child.wait_until(lambda: self.ready in self.log.read_text(errors="replace"), seconds)

    def _keep(self, begun: threading.Event) -> None:
        while not self._stopping.is_set():
            argv = [*die_with_parent(signal.SIGKILL), *self.argv]
            self._child = start_child(argv, name=self.name, log=self.log, env=self.env, cwd=ROOT)
            begun.set()
            self._child.popen.wait()
            # Its pool processes must not outlive it, as in a unit's control group.
            self._child.kill()
            if not self._stopping.wait(RESTART_SECONDS):
                self.restarts += 1

    @property
    def pid(self) -> int:
        """The process that runs now."""
        return self._child.popen.pid if self._child is not None else 0

    def kill(self) -> None:
        """End it and what it started, at once; it comes back."""
        if self._child is not None:
            self._child.kill()

    def stop(self) -> None:
        """End it for good."""
        self._stopping.set()
        if self._child is not None:
            self._child.stop()
        if self._thread is not None:
            self._thread.join(10)

    def log_tail(self, lines: int = 15) -> str:
        """Return the last lines of its log."""
        return self._child.log_tail(lines) if self._child is not None else ""
