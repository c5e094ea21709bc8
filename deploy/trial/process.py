"""Child processes that end when they are told to, and also when their parent dies."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


class StartError(RuntimeError):
    """An engine did not come up; the message ends with the last lines of its log."""


def die_with_parent(stop_signal: signal.Signals) -> list[str]:
    """Return the command prefix that makes the kernel send `stop_signal` when the parent dies."""
    return ["setpriv", "--pdeathsig", stop_signal.name.removeprefix("SIG"), "--"]


@dataclass
class Child:
    """A running program in a session of its own, so that a Ctrl-C on the terminal reaches only the parent."""

    name: str
    popen: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals

    @property
    def alive(self) -> bool:
        """Whether the program still runs."""
        return self.popen.poll() is None

    def stop(self, grace_seconds: float = 10.0) -> None:
        """End the program: its own stop signal first, SIGKILL for the whole session after `grace_seconds`."""
        if self.alive:
            self.popen.send_signal(self.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.popen.wait(grace_seconds)
        self.kill()

    def kill(self) -> None:
        """End the program and what it started, at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()

    def log_tail(self, lines: int = 15) -> str:
        """Return the last lines that the program wrote."""
        with contextlib.suppress(FileNotFoundError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        return ""

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Wait until `ready()`; raise StartError when the program ends first or `seconds` pass."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.alive:
                raise StartError(f"{self.name} ended with status {self.popen.returncode}:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                self.kill()
                raise StartError(f"{self.name} was not ready within {seconds:.0f} s:\n{self.log_tail()}")
            time.sleep(0.05)


def start_child(
    argv: Sequence[str | Path],
    *,
    name: str,
    log: Path,
    stop_signal: signal.Signals = signal.SIGTERM,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: bytes | None = None,
) -> Child:
    """Start `argv` with its output in `log`; `stdin` is written to it and closed."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        popen = subprocess.Popen(
            [str(part) for part in argv],
            stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(env) if env is not None else None,
            cwd=cwd,
            start_new_session=True,
        )
    if stdin is not None and popen.stdin is not None:
        with contextlib.suppress(BrokenPipeError), popen.stdin as pipe:
            pipe.write(stdin)
    return Child(name=name, popen=popen, log=log, stop_signal=stop_signal)
