"""An authorizer that lets every call through and notes who was asked about: generated operators have no money."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from asterisk_sync.authorizer.fastagi import AgiRequest, Variables, start_server

GRANTED_SECONDS = "3600"


@dataclass
class Permissive:
    """Where it listens, and what was asked: of which node, whose call, which number as dialled."""

    port: int = 0
    loop: asyncio.AbstractEventLoop = field(init=False)
    asked: set[tuple[UUID, UUID, str]] = field(default_factory=set)

    async def answer(self, request: AgiRequest) -> Variables:
        """Let the call through, whoever makes it."""
        if request.script != "authorize":
            return {}
        _signature, node, customer, dialled = request.arguments[:4]
        self.asked.add((UUID(node), UUID(customer), dialled))
        return {"va_granted": GRANTED_SECONDS}


@contextmanager
def permissive() -> Iterator[Permissive]:
    """Have one listen for the time of a block, on a thread of its own: a browser's loop may run on this one."""
    found, running, done = Permissive(), threading.Event(), asyncio.Event()
    thread = threading.Thread(target=asyncio.run, args=(_listen(found, running, done),), daemon=True)
    thread.start()
    assert running.wait(10)
    try:
        yield found
    finally:
        found.loop.call_soon_threadsafe(done.set)
        thread.join()


async def _listen(found: Permissive, running: threading.Event, done: asyncio.Event) -> None:
    found.loop = asyncio.get_running_loop()
    server = await start_server(found.answer, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    running.set()
    await done.wait()
    server.close()
