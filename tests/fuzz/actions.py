"""Hostile values in every field of every AMI action: refused, or sent as exactly one action."""

import contextlib
import random
import socket
import threading
from collections.abc import Iterator

from asterisk_sync.ami.client import AmiClient
from asterisk_sync.ami.messages import UnsafeValueError, encode
from asterisk_sync.throwaway import Program
from asterisk_sync.throwaway.instance import Deadline, running
from asterisk_sync.throwaway.private_directory import MODULES, private_directory
from tests.fuzz.hostile import hostile
from tests.fuzz.tally import Tally

# Every action that the product sends or is about to, with good values.
ACTIONS: tuple[dict[str, str], ...] = (
    {"Action": "Login", "Username": "voipadmin", "Secret": "c0ffee00c0ffee00"},
    {"Action": "Reload", "Module": "res_pjsip.so"},
    {"Action": "ModuleCheck", "Module": "app_dial"},
    {"Action": "Command", "Command": "dialplan show 551140001000@from-internal"},
    {"Action": "ShowDialPlan", "Context": "from-internal", "Extension": "1001"},
    {"Action": "PJSIPShowEndpoint", "Endpoint": "GW_Vivo_SP"},
    {"Action": "PJSIPQualify", "Endpoint": "GW_Vivo_SP"},
    {"Action": "Hangup", "Channel": "PJSIP/GW_Vivo_SP-00000001", "Cause": "16"},
    {
        "Action": "Originate", "Channel": "Local/551140001000@from-internal/n", "Context": "va-conference",
        "Exten": "7001", "Priority": "1", "CallerID": "Ana <551140001001>", "Account": "ACME", "Async": "true",
        "Variable": "va_customer=01900000-0000-7000-8000-000000000001",
    },
)  # fmt: skip
# Of the actions that are sent, so many also go over a socket.
OVER_A_SOCKET = 0.01


def action_cases(chance: random.Random, tally: Tally, count: int, client: AmiClient, echo: "EchoServer") -> None:
    """Run `count` cases; each is one hostile value in one field."""
    for _ in range(count):
        action = dict(chance.choice(ACTIONS))
        name = chance.choice(list(action))
        action[name] = hostile(chance, action[name])
        kind = f"ami.{name.lower()}"
        try:
            sent = encode({**action, "ActionID": "1"})
        except UnsafeValueError:
            tally.count(kind, "refused")
            continue
        if as_asterisk_reads(sent) != [{**action, "ActionID": "1"}]:
            tally.escape(kind, f"{action} is read as {as_asterisk_reads(sent)}")
            continue
        if chance.random() < OVER_A_SOCKET and action["Action"]:
            _send(action, kind, client, echo, tally)
        else:
            tally.count(kind, "rendered")


def as_asterisk_reads(data: bytes) -> list[dict[str, str]]:
    """Split into actions as main/manager.c does: a line ends with LF, a CR before it is dropped, an empty line ends."""
    actions: list[dict[str, str]] = []
    current: dict[str, str] = {}
    for raw in data.decode().split("\n"):
        line = raw.removesuffix("\r")
        if not line:
            if current:
                actions.append(current)
            current = {}
            continue
        key, _colon, value = line.partition(": ")
        current[f"{key} again" if key in current else key] = value
    return actions + ([current] if current else [])


def _send(action: dict[str, str], kind: str, client: AmiClient, echo: "EchoServer", tally: Tally) -> None:
    before = len(echo.actions)
    client.send_action(action)
    arrived = [{key: value for key, value in item.items() if key != "ActionID"} for item in echo.actions[before:]]
    if arrived == [action]:
        tally.count(kind, "rendered")
    else:
        tally.escape(kind, f"{action} arrived as {arrived}")


class EchoServer:
    """A server that answers each action once and remembers them all."""

    def __init__(self) -> None:
        self.actions: list[dict[str, str]] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.listener.getsockname()[1])

    def _serve(self) -> None:
        connection, _address = self.listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.sendall(b"Asterisk Call Manager/11.0.0\r\n")
            received = b""
            while part := connection.recv(1 << 16):
                received += part
                while b"\n\r\n" in received:
                    one, _end, received = received.partition(b"\n\r\n")
                    for action in as_asterisk_reads(one + b"\n\r\n"):
                        self.actions.append(action)
                        answer = f"Response: Success\r\nActionID: {action.get('ActionID', '')}\r\n\r\n"
                        connection.sendall(answer.encode())


@contextlib.contextmanager
def echo_client() -> Iterator[tuple[AmiClient, EchoServer]]:
    """Yield a client and the server that it is connected to."""
    server = EchoServer()
    server.thread.start()
    try:
        with AmiClient() as client:
            client.connect("127.0.0.1", server.port)
            yield client, server
    finally:
        server.listener.close()


def real_action_cases(chance: random.Random, tally: Tally, count: int, program: Program) -> None:
    """Send a sample to a real Asterisk, which can do no harm where it is: one answer each, and nothing has happened."""
    sent = 0
    with private_directory(program) as directory:
        directory.write_configuration(program, {}, frozenset(MODULES))
        with running(program, directory, Deadline(60)) as instance:
            instance.wait_until_booted()
            with instance.ami() as client:
                strays: list[object] = []
                client.register_event("*", lambda event, _manager: strays.append(event))
                while sent < count:
                    action = dict(chance.choice(ACTIONS[2:]))
                    name = chance.choice([key for key in action if key != "Action"])
                    action[name] = hostile(chance, action[name])
                    try:
                        answer = client.send_action(action)
                    except UnsafeValueError:
                        continue
                    sent += 1
                    harmed = client.send_action({"Action": "CoreStatus"}).headers.get("CoreCurrentCalls") != "0"
                    if harmed or answer.headers.get("Response") not in {"Success", "Error", "Follows"}:
                        tally.escape("ami.real", f"{action}: {answer.headers}")
                    else:
                        tally.count("ami.real", "rendered")
