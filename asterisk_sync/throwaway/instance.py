"""One throwaway Asterisk: started without a network, asked over its console and AMI, killed at the end."""

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
from asterisk_sync.throwaway.program import Program
from asterisk_sync.throwaway.surroundings import AMI_USER, Room

ENCLOSURE = Path(__file__).with_name("enclosure.py")
POLL_SECONDS = 0.005
END_SECONDS = 3.0
# Loading it fails, which is written to the log: whatever was logged before is then on disk.
LAST_MODULE = "voipadmin-end-of-log.so"
EXEC_FAILED = 127
# What a busy machine is told about a large set, or whoever registers without documentation: no fault of the set.
NOT_OF_THE_SET = re.compile(
    r"\s*(?:Taskprocessor '|sip_endpoint\.c Warning: Module |Couldn't find \w+ \w+ in XML documentation)"
)


class UnavailableError(RuntimeError):
    """A throwaway Asterisk cannot be had here; the message says why."""


class EndedError(RuntimeError):
    """Asterisk ended by itself; the message says how."""


class TooLateError(OSError):
    """Asterisk was not done in time: the machine is busy, or the set hangs it. It is tried again."""


@dataclass
class Deadline:
    """A moment by which everything has to be done."""

    seconds: float
    started: float = field(default_factory=time.monotonic)

    def left(self) -> float:
        """Return the seconds that are left; raise TooLateError where none are."""
        left = self.started + self.seconds - time.monotonic()
        if left <= 0:
            raise TooLateError(_("Asterisk did not load the set within %(seconds).0f s") % {"seconds": self.seconds})
        return left


class Instance:
    """A running Asterisk in its enclosure."""

    def __init__(self, room: Room, channel: socket.socket, deadline: Deadline) -> None:
        self.room = room
        self.channel = channel
        self.deadline = deadline

    def wait_until_booted(self) -> None:
        """Return when every module is loaded; raise EndedError where it does not come to that."""
        while "fully booted" not in self._try_console("core waitfullybooted"):
            self._check()
            time.sleep(POLL_SECONDS)

    def _try_console(self, command: str) -> str:
        try:
            return self.console(command)
        except OSError:
            return ""

    def _check(self) -> None:
        """Raise EndedError where Asterisk is gone."""
        self.deadline.left()
        self.channel.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            _understand(self.channel.recv(1000), self.room)
        self.channel.setblocking(True)

    def console(self, command: str) -> str:
        """Run a console command over the control socket, as `asterisk -rx` does, and return what it prints."""
        parts = []
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(self.deadline.left())
            control.connect(str(self.room.control))
            control.sendall(f"cli quit after {command}\0".encode())
            while part := control.recv(1 << 20):
                parts.append(part)
        # The first line greets with host, process and version.
        return b"".join(parts).partition(b"\n")[2].decode("utf-8", "replace")

    @contextmanager
    def ami(self) -> Iterator[AmiClient]:
        """Yield a session over a connection that was made inside the enclosure."""
        self.channel.settimeout(self.deadline.left())
        self.channel.sendall(b"ami\n")
        answer, descriptors, _flags, _address = socket.recv_fds(self.channel, 1000, 1)
        if not descriptors:
            _understand(answer, self.room)
            raise EndedError("AMI was not reached")
        with AmiClient(timeout=self.deadline.left()) as client:
            client.adopt(socket.socket(fileno=descriptors[0]), "the throwaway Asterisk")
            client.login(AMI_USER, self.room.secret)
            yield client

    def complaints(self) -> list[str]:
        """Return the warnings and errors that were logged so far."""
        self.console(f"module load {LAST_MODULE}")
        while not (lines := _logged(self.room))[1]:
            self.deadline.left()
            time.sleep(POLL_SECONDS)
        return lines[0]


def _logged(room: Room) -> tuple[list[str], bool]:
    """Return the messages of the log, and whether the last of them was reached."""
    found: list[str] = []
    with contextlib.suppress(FileNotFoundError):
        for line in room.problems.read_text(errors="replace").splitlines():
            if not line.startswith("{"):
                continue
            entry = json.loads(line, strict=False)["logmsg"]
            if LAST_MODULE in entry["message"]:
                return found, True
            if not NOT_OF_THE_SET.match(entry["message"]):
                found.append(" ".join(entry["message"].split()))
    return found, False


def _understand(news: bytes, room: Room) -> None:
    """Raise what the enclosure reports; nothing but `ready` is good news."""
    word, _blank, rest = news.decode("utf-8", "replace").partition("\n")[0].partition(" ")
    if word == "ready":
        return
    said = room.output.read_text(errors="replace").strip().splitlines()[-3:] if room.output.exists() else []
    if word == "ended" and rest != str(EXEC_FAILED):
        logged = _logged(room)[0][-3:]
        raise EndedError("; ".join([_("Asterisk ended with status %(status)s") % {"status": rest}, *(logged or said)]))
    raise UnavailableError("; ".join([rest, *said]) if word == "unavailable" else "; ".join(said) or "no answer")


@contextmanager
def running(program: Program, room: Room, deadline: Deadline) -> Iterator[Instance]:
    """Start Asterisk in `room`; at the end it and its enclosure are killed, they have nothing to keep."""
    # Message by message: two that come together are still two.
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs, room.output.open("wb") as output:
        order = {
            "fd": theirs.fileno(),
            "parent": os.getpid(),
            "root": str(program.root),
            "user": room.user,
            "command": [program.path, "-f", "-C", f"{program.inside(room.path)}/etc/asterisk.conf"],
        }
        enclosure = subprocess.Popen(
            [sys.executable, "-I", "-S", str(ENCLOSURE), json.dumps(order)],
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
            _understand(ours.recv(1000), room)
            yield Instance(room, ours, deadline)
        except TimeoutError as error:
            raise TooLateError(_("Asterisk did not answer in time")) from error
        finally:
            ours.close()
            _await_end(enclosure)


def _await_end(enclosure: "subprocess.Popen[bytes]") -> None:
    """The enclosure kills Asterisk when our end of the socket is closed; one that hangs is killed with it."""
    try:
        enclosure.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(enclosure.pid, signal.SIGKILL)
        enclosure.wait()
