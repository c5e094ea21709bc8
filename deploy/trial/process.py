"""Child processes that end when they are told to, and also when their parent dies."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
# A program that works without end is given up, too: after so many times the seconds that it may be silent.
PATIENCE = 10


class StartError(RuntimeError):
    """An engine did not come up; the message ends with the last lines of its log."""


def die_with_parent(stop_signal: signal.Signals, *options: str) -> list[str]:
    """Return the command prefix that makes the kernel send `stop_signal` when this process dies.

    `options` are more of setpriv's own. A parent that died before the kernel was asked is no longer the parent: the
    shell at the end then starts nothing. A signal that is ignored here, as SIGINT is below a shell's `&`, is not
    ignored by what is started: PostgreSQL would miss it until it has a handler of its own.
    """
    asked = ["env", "--default-signal", "setpriv", "--pdeathsig", stop_signal.name.removeprefix("SIG"), *options, "--"]
    return [*asked, "sh", "-c", '[ "$PPID" = "$0" ] && exec "$@"', str(os.getpid())]


def adopt_orphans() -> None:
    """Make this process the parent of whatever its children leave behind, so that `descendants` finds it."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Used(NamedTuple):
    """When a process was started, which tells it from a later one of its number, and the processor time it used."""

    started: int
    ticks: int


def descendants(pid: int) -> dict[int, Used]:
    """Return the processes below `pid` by their numbers."""
    parents, used = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, IndexError):
            # The name in parentheses may hold blanks; after it: state, parent, ..., user and system time, ..., start.
            fields = stat.read_text().rpartition(")")[2].split()
            parents[int(stat.parent.name)] = int(fields[1])
            used[int(stat.parent.name)] = Used(int(fields[19]), int(fields[11]) + int(fields[12]))
    found: dict[int, Used] = {}
    waiting = [pid]
    while waiting:
        children = [child for child, parent in parents.items() if parent == waiting[-1] and child not in found]
        waiting.pop()
        found |= {child: used[child] for child in children}
        waiting += children
    return found


def _kill(processes: dict[int, Used]) -> None:
    for pid, used in processes.items():
        with contextlib.suppress(ProcessLookupError, FileNotFoundError):
            started = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
            if started == used.started:
                os.kill(pid, signal.SIGKILL)


def kill_descendants(pid: int) -> None:
    """End every process below `pid`, and what these start meanwhile, at once."""
    while remaining := descendants(pid):
        _kill(remaining)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(0.02)


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
        """End the program: its own stop signal first, SIGKILL for it and all below it after `grace_seconds`."""
        below: dict[int, Used] = {}
        if self.alive:
            below = descendants(self.popen.pid)
            self.popen.send_signal(self.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.popen.wait(grace_seconds)
        self.kill()
        _kill(below)

    def kill(self) -> None:
        """End the program and what it started, at once; also what made a session of its own."""
        if self.alive:
            # Stopped, it starts nothing more while it is ended from below.
            self.popen.send_signal(signal.SIGSTOP)
            _kill(descendants(self.popen.pid))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()

    def log_tail(self, lines: int = 15) -> str:
        """Return the last lines that the program wrote."""
        with contextlib.suppress(FileNotFoundError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        return ""

    def activity(self) -> tuple[object, ...]:
        """Return what changes while the program and those below it work: their processor time and the log."""
        size = self.log.stat().st_size if self.log.exists() else 0
        own = descendants(os.getpid()).get(self.popen.pid)
        return size, own, *sorted(descendants(self.popen.pid).items())

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Wait until `ready()`; raise StartError when the program ends first, or has done nothing for `seconds`.

        A slow machine may take its time, up to PATIENCE times `seconds`, as long as something moves.
        """
        began = moved = look_at = time.monotonic()
        before = self.activity()
        while not ready():
            if not self.alive:
                raise StartError(f"{self.name} ended with status {self.popen.returncode}:\n{self.log_tail()}")
            now = time.monotonic()
            # Looking through all processes costs more than asking whether it is ready.
            if now >= look_at:
                look_at, after = now + min(0.5, seconds / 5), self.activity()
                if after != before:
                    moved, before = now, after
            if now - moved > seconds or now - began > PATIENCE * seconds:
                self.stop()
                raise StartError(f"{self.name} was not ready within {now - began:.0f} s:\n{self.log_tail()}")
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
