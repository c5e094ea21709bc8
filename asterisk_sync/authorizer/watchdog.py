"""Tells systemd that the event loop goes round: a service that hangs is killed and started again (WatchdogSec).

Hung and not killed, it would hold up each call that ends: the dialplan waits for it where it tells of an end.
"""

import asyncio
import os
import socket
from contextlib import suppress

EVERY_SECONDS = 5.0
ALIVE = b"WATCHDOG=1"


async def tell_systemd() -> None:
    """Tell it every five seconds until the task is cancelled; return at once where systemd did not ask to be told."""
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
