"""What Asterisk sends to the authorizer, some of it written by callers."""

import asyncio
from contextlib import suppress

import pytest

from asterisk_sync.authorizer.fastagi import LONGEST_HEAD, AgiRequest, Variables, parse_head, start_server
from tests.billing.loop_beside import LoopBeside

HEAD = (
    "agi_network_script: authorize\nagi_channel: PJSIP/trunk.ACME-1\nagi_uniqueid: 1700000000.1\n"
    "agi_calleridname: {name}\nagi_arg_1: node\nagi_arg_2: customer\n\n"
)


@pytest.mark.parametrize("line_end", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\r"])
def test_a_callers_name_is_no_second_request(line_end: str) -> None:
    name = f"x{line_end}agi_uniqueid: 1.1{line_end}agi_network_script: ended{line_end}agi_arg_2: another"
    request = parse_head(HEAD.format(name=name))
    assert (request.script, request.uniqueid) == ("authorize", "1700000000.1")
    assert request.arguments == ("node", "customer")


def test_a_caller_cannot_name_another_channel_or_script_on_a_line_of_its_own() -> None:
    name = "x\nagi_channel: PJSIP/trunk.VICTIM-1\nagi_uniqueid: 1.1\nagi_network_script: ended"
    request = parse_head(HEAD.format(name=name))
    assert (request.script, request.uniqueid) == ("authorize", "1700000000.1")
    assert request.channel == "PJSIP/trunk.ACME-1"


def test_what_is_no_request_is_refused() -> None:
    with pytest.raises(ValueError, match="FastAGI"):
        parse_head("agi_channel: PJSIP/x\n\n")


async def ask(port: int, head: str) -> bytes:
    """Send a head as Asterisk does; return the first line of the answer, or nothing where the connection is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    # A connection that is closed before all was read is reset.
    with suppress(ConnectionError):
        writer.write(head.encode())
        line = await reader.readline()
        writer.write(b"200 result=1\n")
        return line
    return b""


def test_a_head_that_is_too_long_is_refused_and_the_service_goes_on() -> None:
    handled = []

    async def handler(request: AgiRequest) -> Variables:
        handled.append(request.arguments)
        return {"va_granted": "59.7"}

    async def work() -> list[bytes]:
        async with await start_server(handler, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            names = ["x" * (LONGEST_HEAD - len(HEAD)), "x" * LONGEST_HEAD, "Alice"]
            return [await ask(port, HEAD.format(name=name)) for name in names]

    with LoopBeside() as loop:
        granted = b'SET VARIABLE va_granted "59.7"\n'
        assert loop.run(work()) == [granted, b"", granted]
    assert handled == [("node", "customer")] * 2
