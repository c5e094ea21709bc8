"""A service that hangs ends, and is started again: by a thread of its own, or by systemd (WatchdogSec).

Hung and not ended, it would hold up calls: a channel that has ended has no time limit, and waits where it tells of its
end until the connection is closed. The dialplan waits five seconds for an answer, so nothing is lost by ending later.
"""

import asyncio
import os
import socket
import threading
import time
from contextlib import suppress

import structlog

log = structlog.get_logger(__name__)

EVERY_SECONDS = 2.0
ALIVE = b"WATCHDOG=1"
TICK_SECONDS = 1.0
# In the thread's own ticks, not by the clock: a process that was stopped and goes on has not been hanging.
MOST_SILENT_TICKS = 6
HUNG = 70  # sysexits.h: internal software error


async def tell_systemd() -> None:
    """Tell it every two seconds until the task is cancelled; return at once where systemd did not ask to be told."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.setblocking(False)
        while True:
            with suppress(OSError):
                # A name that begins with @ is none of the file system's.
                channel.sendto(ALIVE, "\0" + address[1:] if address.startswith("@") else address)
            await asyncio.sleep(EVERY_SECONDS)


def end_when_loop_hangs(loop: asyncio.AbstractEventLoop) -> None:
    """Have a thread ask the event loop each second, and end the process, which closes its connections, after six."""
    threading.Thread(target=_watch, args=(loop,), daemon=True, name="loop-watchdog").start()


def _watch(loop: asyncio.AbstractEventLoop) -> None:
    answered, silent = threading.Event(), 0
    while not loop.is_closed():
        answered.clear()
        with suppress(RuntimeError):  # it was closed meanwhile
            loop.call_soon_threadsafe(answered.set)
        time.sleep(TICK_SECONDS)
        silent = 0 if answered.is_set() else silent + 1
        if silent >= MOST_SILENT_TICKS:
            log.critical("event_loop_hangs", seconds=silent * TICK_SECONDS)
            os._exit(HUNG)
