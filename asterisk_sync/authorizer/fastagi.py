"""FastAGI over asyncio: the head that Asterisk sends with a request, and the variables that are set in return.

https://docs.asterisk.org/Configuration/Interfaces/Asterisk-Gateway-Interface-AGI/
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import structlog

log = structlog.get_logger(__name__)

READ_SECONDS = 5.0
# In bytes. A head of ours has less than two thousand; whoever sends more may not fill the memory of the service.
LONGEST_HEAD = 1 << 14
# Connections that may wait to be accepted: many calls may begin while the event loop is busy.
BACKLOG = 1024
# How Asterisk's reply to a command that it carried out begins.
TAKEN = b"200"


@dataclass(frozen=True, slots=True)
class AgiRequest:
    """A request of the dialplan, by the name of its script: AGI(agi://HOST/SCRIPT,ARGUMENT,...).

    `address` is that from which it came.
    """

    script: str
    uniqueid: str
    channel: str
    arguments: tuple[str, ...]
    address: str = ""


Variables = dict[str, str]
Handler = Callable[[AgiRequest], Awaitable[Variables]]
Unheard = Callable[[AgiRequest], Awaitable[None]]


def parse_head(head: str) -> AgiRequest:
    """Return the request that `agi_NAME: value` lines describe; raise ValueError where they are none.

    The first line of a name counts: Asterisk writes script, channel and unique id before what callers can choose.
    """
    values: dict[str, str] = {}
    # Not splitlines(): a caller's name may hold what Unicode calls a line's end, and behind it another request.
    for line in head.split("\n"):
        name, colon, value = line.partition(": ")
        if colon:
            values.setdefault(name, value)
    arguments: list[str] = []
    while (name := f"agi_arg_{len(arguments) + 1}") in values:
        arguments.append(values[name])
    script = values.get("agi_network_script", "").strip("/")
    if not script or "agi_uniqueid" not in values:
        raise ValueError("not a request of FastAGI")
    return AgiRequest(script, values["agi_uniqueid"], values.get("agi_channel", ""), tuple(arguments))


def set_variable_commands(variables: Variables) -> list[bytes]:
    """Return the AGI commands that set variables of the channel; values are ours and hold no quote."""
    return [f'SET VARIABLE {name} "{value}"\n'.encode() for name, value in variables.items()]


async def start_server(handler: Handler, host: str, port: int, unheard: Unheard | None = None) -> asyncio.Server:
    """Listen for requests and have each handled; return the server. Port 0 takes a free one.

    `unheard` is called with a request whose answer the dialplan did not take.
    """

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await serve_request(reader, writer, handler, unheard)

    return await asyncio.start_server(serve, host, port, limit=LONGEST_HEAD, backlog=BACKLOG)


async def serve_request(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handler: Handler, unheard: Unheard | None = None
) -> None:
    """Serve one connection: read its request, have it handled, set the variables, close.

    All of it within five seconds: the dialplan waits no longer for an answer. A request that cannot be read or handled,
    or whose head is longer than the reader's limit, is logged and closed without an answer, and the dialplan goes on as
    where nobody listens. Where a caller hangs up before the answer is there, `unheard` takes back what it granted.
    """
    request = None
    try:
        async with asyncio.timeout(READ_SECONDS):
            request = await _read_request(reader, writer)
            for command in set_variable_commands(await handler(request)):
                # Each command waits for the reply to the one before: Asterisk does not see a second line that came
                # together with the first.
                writer.write(command)
                if not (await reader.readline()).startswith(TAKEN):
                    raise ConnectionError("the answer was not taken")
    except (TimeoutError, ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError) as error:
        log.warning("agi_request_failed", error=repr(error))
        if request is not None and unheard is not None:
            await unheard(request)
    finally:
        writer.close()


async def _read_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> AgiRequest:
    request = parse_head((await reader.readuntil(b"\n\n")).decode("utf-8", "replace"))
    peer = writer.get_extra_info("peername")
    return replace(request, address=str(peer[0]) if peer else "")
