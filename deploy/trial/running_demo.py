"""A demo with a state of its own, started and stopped by another program: for pictures and for tests."""

import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from deploy.trial.process import StartError, die_with_parent

ROOT = Path(__file__).resolve().parent.parent.parent
READY = r"Ready after"
# The demo itself gives up what does nothing; this is for one that hangs in silence.
START_SECONDS = 600.0
STOP_SECONDS = 60.0


@dataclass
class RunningDemo:
    """Runs `deploy.trial.demo` and reads its address and password from what it prints."""

    state: Path
    environment: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    process: subprocess.Popen[str] | None = None

    def start(self, until: str = READY) -> Self:
        """Return when the demo says that it is ready, or something else that matches `until`."""
        environment = {**os.environ, **self.environment, "VOIPADMIN_DEMO_STATE": str(self.state)}
        self.process = subprocess.Popen(
            [*die_with_parent(signal.SIGTERM), sys.executable, "-u", "-m", "deploy.trial.demo"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        arrived: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, args=(arrived,), daemon=True).start()
        deadline = time.monotonic() + START_SECONDS
        while not self.said(until):
            try:
                line = arrived.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                break
            if not line:
                break  # it said its last
        if not self.said(until):
            self.stop()
            raise StartError("the demo did not start:\n" + "\n".join(self.lines[-60:]))
        return self

    def _listen(self, arrived: "queue.Queue[str]") -> None:
        if self.process is None or self.process.stdout is None:
            return
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            arrived.put(line)
        arrived.put("")

    def said(self, pattern: str) -> str | None:
        """Return the first group, or all, of the first line that matches `pattern`."""
        for line in list(self.lines):
            if match := re.search(pattern, line):
                return match[match.lastindex or 0]
        return None

    @property
    def address(self) -> str:
        """The panel's address."""
        return self.said(r"is ready: (http://\S+)") or ""

    @property
    def password(self) -> str:
        """The password of `admin`: printed by the first start only."""
        return self.said(r"^Password:\s+(\S+)") or ""

    def wait_until_logged(self, pattern: str, seconds: float) -> None:
        """Wait for a line of the panel's processes."""
        log = self.state / "panel.log"
        deadline = time.monotonic() + seconds
        while not re.search(pattern, text := log.read_text(errors="replace"), re.MULTILINE):
            if time.monotonic() > deadline:
                raise StartError(f"no line {pattern!r} within {seconds:.0f} s:\n" + "\n".join(text.splitlines()[-60:]))
            time.sleep(0.2)

    def stop(self, by: signal.Signals = signal.SIGINT) -> int:
        """End the demo as Ctrl-C does; return its status."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(by)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


def forget(state: Path) -> None:
    """Delete what a demo left, its Asterisk directories included."""
    subprocess.run(
        [sys.executable, "-m", "deploy.trial.demo", "--reset"],
        cwd=ROOT,
        env={**os.environ, "VOIPADMIN_DEMO_STATE": str(state)},
        check=True,
        capture_output=True,
    )


def temporary_state() -> Path:
    """Return a new directory for a demo's state."""
    folder = Path(tempfile.mkdtemp(prefix="voipadmin-demo-"))
    folder.chmod(0o755)
    return folder / "state"
