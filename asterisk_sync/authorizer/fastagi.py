"""FastAGI over asyncio: what Asterisk sends at the start of a request, and the one answer that it gets.

https://docs.asterisk.org/Configuration/Interfaces/Asterisk-Gateway-Interface-AGI/
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

log = structlog.get_logger(__name__)

READ_SECONDS = 5.0
LONGEST_HEAD = 1 << 14


@dataclass(frozen=True, slots=True)
class Request:
    """One question of the dialplan: which door, of which channel, with which arguments."""

    door: str
    uniqueid: str
    channel: str
    arguments: tuple[str, ...]


Variables = dict[str, str]
Answer = Callable[[Request], Awaitable[Variables]]


def parse_head(head: str) -> Request:
    """Read `agi_NAME: value` lines; raise ValueError where they are no request."""
    # A caller's name may hold what Unicode calls a line's end, and with it another request.
    values = dict(line.split(": ", 1) for line in head.split("\n") if ": " in line)
    arguments: list[str] = []
    while (name := f"agi_arg_{len(arguments) + 1}") in values:
        arguments.append(values[name])
    door = values.get("agi_network_script", "").strip("/")
    if not door or "agi_uniqueid" not in values:
        raise ValueError("not a request of FastAGI")
    return Request(door, values["agi_uniqueid"], values.get("agi_channel", ""), tuple(arguments))


def commands(variables: Variables) -> list[bytes]:
    """Return the commands that set variables of the channel; values are ours and hold no quote."""
    return [f'SET VARIABLE {name} "{value}"\n'.encode() for name, value in variables.items()]


async def serve_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer) -> None:
    """Read one request, answer it, wait until Asterisk has taken the answer, hang up."""
    try:
        async with asyncio.timeout(READ_SECONDS):
            head = await reader.readuntil(b"\n\n")
            variables = await answer(parse_head(head.decode("utf-8", "replace")))
            for line in commands(variables):
                # Asterisk does not see a second line that came with the first one.
                writer.write(line)
                await reader.readline()
    except (TimeoutError, ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError) as error:
        log.warning("agi_request_failed", error=repr(error))
    finally:
        writer.close()
