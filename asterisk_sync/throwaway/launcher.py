"""Runs one Asterisk without a network: a script of the standard library alone, started with `python -I -S`.

1. Enter a network namespace of its own, as root directly, otherwise through a user namespace, and bring up the loopback
   there. Without a namespace nothing is started: Asterisk would register at the carriers.
2. Start Asterisk as a child without privileges.
3. Hand out connections to its AMI until the process that started the script closes the socket, then kill Asterisk.

The kernel kills Asterisk when this script ends, and this script when the process that started it ends.

Usage: launcher.py '{"fd": ..., "parent": ..., "root": "/", "user": [uid, gid] or null, "command": [...]}'
On the socket `fd` it says `ready`, `unavailable REASON` or `ended STATUS`; each `ami` that it is sent is answered with
a connection to port 5038 in the namespace, as a file descriptor.
"""

import ctypes
import fcntl
import json
import os
import select
import signal
import socket
import struct
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
SIOCGIFFLAGS = 0x8913
SIOCSIFFLAGS = 0x8914
IFF_UP = 1
NETWORK = Path("/proc/self/ns/net")
NICE = 10
AMI_ADDRESS = ("127.0.0.1", 5038)
AMI_SECONDS = 5.0
POLL_SECONDS = 0.02
EXEC_FAILED = 127

libc = ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: int) -> None:
    """Call a function of libc; raise OSError where it fails."""
    if getattr(libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def end_with(parent: int) -> None:
    """Have the kernel end this process when its parent ends, also where that happened already."""
    call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def leave_the_network() -> None:
    """Enter a new network namespace with nothing but a loopback; raise OSError where this machine allows none."""
    outside = NETWORK.stat().st_ino
    uid, gid = os.geteuid(), os.getegid()
    if uid == 0:
        call("unshare", CLONE_NEWNET)
    else:
        call("unshare", CLONE_NEWUSER | CLONE_NEWNET)
        for name, line in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
            Path("/proc/self", name).write_text(line)
    bring_up_loopback()
    routes = Path("/proc/self/net/route").read_text().splitlines()[1:]
    if NETWORK.stat().st_ino == outside or routes:
        raise OSError("this is not a network namespace of its own")


def bring_up_loopback() -> None:
    """Switch the interface `lo` on."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(control, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | IFF_UP))


def start(order: dict[str, Any]) -> int:
    """Start Asterisk as a child without privileges; return its process id."""
    here = os.getpid()
    child = os.fork()
    if child:
        return child
    try:
        if order["root"] != "/":
            os.chroot(order["root"])
        os.chdir("/")
        if order["user"]:
            uid, gid = order["user"]
            os.setgroups([])
            os.setgid(gid)
            os.setuid(uid)
        # After the change of user, which would take the parent-death signal away.
        end_with(here)
        call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
        os.execve(order["command"][0], order["command"], environment)  # noqa: S606 - without a shell is what is wanted
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        sys.stderr.flush()
    os._exit(EXEC_FAILED)


def connect() -> socket.socket:
    """Return a connection to AMI; it listens a little after Asterisk has started."""
    deadline = time.monotonic() + AMI_SECONDS
    while True:
        connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            connection.connect(AMI_ADDRESS)
        except ConnectionRefusedError:
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(POLL_SECONDS)
        else:
            return connection


def serve(channel: socket.socket, child: int) -> None:
    """Hand out connections until the other side goes away or Asterisk ends."""
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            channel.sendall(f"ended {os.waitstatus_to_exitcode(status)}\n".encode())
            return
        if not select.select([channel], [], [], POLL_SECONDS)[0]:
            continue
        if not channel.recv(16):
            break
        with connect() as connection:
            socket.send_fds(channel, [b"ami\n"], [connection.fileno()])
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def main() -> None:
    """Do what the order says."""
    order = json.loads(sys.argv[1])
    end_with(order["parent"])
    channel = socket.socket(fileno=order["fd"])
    try:
        leave_the_network()
    except OSError as error:
        channel.sendall(f"unavailable {error.strerror or error}\n".encode())
        return
    # The change of namespace may have taken the parent-death signal away.
    end_with(order["parent"])
    # Some service managers forbid it; then it runs as fast as the others.
    with suppress(OSError):
        os.nice(NICE)
    child = start(order)
    channel.sendall(b"ready\n")
    serve(channel, child)


if __name__ == "__main__":
    main()
