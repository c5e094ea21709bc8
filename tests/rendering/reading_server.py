"""Reads many numbers by the running dialplan: one channel asks a FastAGI server of the test what to read next."""

import asyncio
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

# So many fit into one line of AGI, and their answers into one variable.
BATCH = 20
VALUE = re.compile(rb"200 result=1 \((.*)\)\n")


@dataclass(frozen=True, slots=True)
class Dialled:
    """What is read: in which context, by a caller of which area."""

    text: str
    context: str
    area: str = ""


@dataclass
class ReadingServer:
    """Serves one channel, which runs `AGI(agi://127.0.0.1:PORT)`; `found` is what the dialplan returned, in order."""

    wanted: Sequence[Dialled]
    found: list[str] = field(default_factory=list)
    port: int = 0
    failure: Exception | None = None

    def __post_init__(self) -> None:
        self._listening, self._done = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def start(self) -> None:
        """Listen on a free port."""
        self._thread.start()
        assert self._listening.wait(10)

    def wait(self, seconds: float) -> list[str]:
        """Return what was read, when everything was."""
        assert self._done.wait(seconds), f"{len(self.found)} of {len(self.wanted)} were read"
        if self.failure is not None:
            raise self.failure
        return self.found

    async def _serve(self) -> None:
        finished = asyncio.Event()

        async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await reader.readuntil(b"\n\n")
                for start in range(0, len(self.wanted), BATCH):
                    self.found += await self._read(self.wanted[start : start + BATCH], reader, writer)
            except (AssertionError, OSError, asyncio.IncompleteReadError) as error:
                self.failure = error
            finally:
                writer.close()
                finished.set()

        server = await asyncio.start_server(ask, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._listening.set()
        async with server:
            await finished.wait()
        self._done.set()

    @staticmethod
    async def _read(batch: Sequence[Dialled], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[str]:
        async def command(line: str) -> bytes:
            writer.write(line.encode() + b"\n")
            while (answer := await reader.readline()).startswith(b"100"):
                pass  # GOSUB says first that it tries
            return answer

        items = "!".join(f"{item.area}/{item.context}/{item.text}" for item in batch)
        await command(f'SET VARIABLE lab_in "{items}"')
        answer = await command("GOSUB lab-batch s 1")
        assert answer.startswith(b"200 result=0"), answer
        value = VALUE.fullmatch(await command("GET VARIABLE lab_out"))
        assert value is not None
        return value[1].decode().split("!")[:-1]
