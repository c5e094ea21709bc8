"""One throwaway Asterisk: started by the launcher, asked over its console and AMI, killed at the end."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from asterisk_sync.ami.client import AmiClient
from asterisk_sync.throwaway.private_directory import AMI_USER, PrivateDirectory
from asterisk_sync.throwaway.program import Program

LAUNCHER = Path(__file__).with_name("launcher.py")
POLL_SECONDS = 0.005
END_SECONDS = 3.0
# There is no such module. That it cannot be loaded is logged, and whatever was logged before is then on disk.
LAST_MODULE = "voipadmin-end-of-log.so"
EXEC_FAILED = 127
# Logged because the machine is busy, the set large or the documentation shortened: no reason to refuse a set.
NOT_OF_THE_SET = re.compile(
    r"\s*(?:Taskprocessor '|sip_endpoint\.c Warning: Module |Couldn't find \w+ \w+ in XML documentation)"
)


class UnavailableError(RuntimeError):
    """No throwaway Asterisk can be started here; the message says why."""


class EndedError(RuntimeError):
    """Asterisk ended by itself; the message says how."""


class TooLateError(OSError):
    """Asterisk was not done in time: the machine is busy, or the set makes it hang. The run is tried again."""


@dataclass
class Deadline:
    """A limit of time for all steps of a trial together."""

    seconds: float
    started: float = field(default_factory=time.monotonic)

    def left(self) -> float:
        """Return the seconds that are left; raise TooLateError where none are."""
        left = self.started + self.seconds - time.monotonic()
        if left <= 0:
            raise TooLateError(_("Asterisk did not load the set within %(seconds).0f s") % {"seconds": self.seconds})
        return left


class Instance:
    """A running throwaway Asterisk."""

    def __init__(self, directory: PrivateDirectory, channel: socket.socket, deadline: Deadline) -> None:
        self.directory = directory
        self.channel = channel
        self.deadline = deadline

    def wait_until_booted(self) -> None:
        """Wait until every module is loaded; raise EndedError or TooLateError."""
        while "fully booted" not in self._try_console("core waitfullybooted"):
            self._check()
            time.sleep(POLL_SECONDS)

    def _try_console(self, command: str) -> str:
        try:
            return self.console(command)
        except OSError:
            return ""

    def _check(self) -> None:
        """Raise EndedError where Asterisk has ended, TooLateError where the time is up."""
        self.deadline.left()
        self.channel.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            _raise_reported(self.channel.recv(1000), self.directory)
        self.channel.setblocking(True)

    def console(self, command: str) -> str:
        """Run a console command as `asterisk -rx` does, over the control socket; return what it prints."""
        parts = []
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(self.deadline.left())
            control.connect(str(self.directory.control))
            # The console's own protocol: run one command, then close the connection.
            control.sendall(f"cli quit after {command}\0".encode())
            while part := control.recv(1 << 20):
                parts.append(part)
        # The first line greets with host, process and version.
        return b"".join(parts).partition(b"\n")[2].decode("utf-8", "replace")

    @contextmanager
    def ami(self) -> Iterator[AmiClient]:
        """Yield an AMI session over a connection that the launcher made in the namespace."""
        self.channel.settimeout(self.deadline.left())
        self.channel.sendall(b"ami\n")
        answer, descriptors, _flags, _address = socket.recv_fds(self.channel, 1000, 1)
        if not descriptors:
            _raise_reported(answer, self.directory)
            raise EndedError("AMI was not reached")
        with AmiClient(timeout=self.deadline.left()) as client:
            client.adopt(socket.socket(fileno=descriptors[0]), "the throwaway Asterisk")
            client.login(AMI_USER, self.directory.secret)
            yield client

    def logged_problems(self) -> list[str]:
        """Return all warnings and errors that were logged up to now."""
        self.console(f"module load {LAST_MODULE}")
        while not (lines := _logged(self.directory))[1]:
            self.deadline.left()
            time.sleep(POLL_SECONDS)
        return lines[0]


def _logged(directory: PrivateDirectory) -> tuple[list[str], bool]:
    """Return the messages of the log, and whether that of `LAST_MODULE` was reached."""
    found: list[str] = []
    with contextlib.suppress(FileNotFoundError):
        for line in directory.problems.read_text(errors="replace").splitlines():
            if not line.startswith("{"):
                continue
            entry = json.loads(line, strict=False)["logmsg"]
            if LAST_MODULE in entry["message"]:
                return found, True
            if not NOT_OF_THE_SET.match(entry["message"]):
                found.append(" ".join(entry["message"].split()))
    return found, False


def _raise_reported(report: bytes, directory: PrivateDirectory) -> None:
    """Raise EndedError or UnavailableError for what the launcher reports, unless it is `ready`."""
    word, _blank, rest = report.decode("utf-8", "replace").partition("\n")[0].partition(" ")
    if word == "ready":
        return
    said = directory.output.read_text(errors="replace").strip().splitlines()[-3:] if directory.output.exists() else []
    if word == "ended" and rest != str(EXEC_FAILED):
        logged = _logged(directory)[0][-3:]
        raise EndedError("; ".join([_("Asterisk ended with status %(status)s") % {"status": rest}, *(logged or said)]))
    raise UnavailableError("; ".join([rest, *said]) if word == "unavailable" else "; ".join(said) or "no answer")


@contextmanager
def running(program: Program, directory: PrivateDirectory, deadline: Deadline) -> Iterator[Instance]:
    """Start Asterisk in a private directory; at the end it and its launcher are killed: they have nothing to keep."""
    # SEQPACKET keeps messages apart: two that come together are still two.
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs, directory.output.open("wb") as output:
        order = {
            "fd": theirs.fileno(),
            "parent": os.getpid(),
            "root": str(program.root),
            "user": directory.user,
            "command": [program.path, "-f", "-C", f"{program.inside(directory.path)}/etc/asterisk.conf"],
        }
        launcher = subprocess.Popen(
            [sys.executable, "-I", "-S", str(LAUNCHER), json.dumps(order)],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd="/",
        )
        theirs.close()
        try:
            ours.settimeout(deadline.left())
            _raise_reported(ours.recv(1000), directory)
            yield Instance(directory, ours, deadline)
        except TimeoutError as error:
            raise TooLateError(_("Asterisk did not answer in time")) from error
        finally:
            ours.close()
            _await_end(launcher)


def _await_end(launcher: "subprocess.Popen[bytes]") -> None:
    """Wait until the launcher has killed Asterisk, which it does when our end of the socket is closed.

    One that hangs is killed with its whole process group.
    """
    try:
        launcher.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(launcher.pid, signal.SIGKILL)
        launcher.wait()
