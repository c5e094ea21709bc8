"""The AMI client against a real Asterisk, and against a peer that misbehaves in ways Asterisk cannot be told to."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from asterisk_sync.ami.client import AmiClient
from asterisk_sync.ami.messages import AmiRefusedError, AmiTimeoutError, AmiUnreachableError, UnsafeValueError
from deploy.trial.asterisk import AsteriskInstance
from tests.ami import ami_session

CONSOLE_USER = """
[console-test]
secret = {secret}
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.1/255.255.255.255
read = all
write = all
"""


@pytest.fixture
def client(asterisk: AsteriskInstance) -> Iterator[AmiClient]:
    with ami_session("127.0.0.1", asterisk.ami_port, "voipadmin", asterisk.config.ami_secret) as session:
        yield session


@pytest.fixture
def console(asterisk: AsteriskInstance) -> Iterator[AmiClient]:
    """A user who may do everything, for what the product's own user may not."""
    manager_conf = asterisk.config_dir / "manager.conf"
    before = manager_conf.read_text()
    manager_conf.write_text(before + CONSOLE_USER.format(secret=asterisk.config.ami_secret))
    asterisk.cli("manager reload")
    try:
        with ami_session("127.0.0.1", asterisk.ami_port, "console-test", asterisk.config.ami_secret) as session:
            yield session
    finally:
        manager_conf.write_text(before)
        asterisk.cli("manager reload")


@contextmanager
def peer(behave: Callable[[socket.socket], None]) -> Iterator[int]:
    """Listen like AMI and hand the connection to `behave`."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _address = server.accept()
        with connection:
            connection.sendall(b"Asterisk Call Manager/11.0.0\r\n")
            behave(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        server.close()
        thread.join(5)


def wait_until(done: Callable[[], bool], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not done() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert done()


def action_id(request: bytes) -> bytes:
    return next(line for line in request.split(b"\r\n") if line.startswith(b"ActionID: "))


def test_the_greeting_names_the_peer(client: AmiClient) -> None:
    assert client.title == "Asterisk Call Manager"
    assert client.version.count(".") == 2


def test_a_wrong_secret_is_unreachable_and_says_so(asterisk: AsteriskInstance) -> None:
    with (
        pytest.raises(AmiUnreachableError, match="refused"),
        ami_session("127.0.0.1", asterisk.ami_port, "voipadmin", "wrong"),
    ):
        pass


def test_nobody_listening_is_unreachable() -> None:
    with pytest.raises(AmiUnreachableError, match="refused"), ami_session("127.0.0.1", 1, "voipadmin", "x"):
        pass


def test_an_empty_list_is_a_list(empty_asterisk: AsteriskInstance, client: AmiClient) -> None:
    assert client.list_action("PJSIPShowContacts") == []
    assert client.list_action("CoreShowChannels") == []


def test_a_refused_action_raises_asterisks_words(client: AmiClient) -> None:
    with pytest.raises(AmiRefusedError, match="No such module"):
        client.request("Reload", Module="res_nonexistent.so")


def test_forty_threads_each_get_their_own_answer(client: AmiClient) -> None:
    def ask(number: int) -> tuple[int, str]:
        answer = client.send_action({"Action": "ShowDialPlan", "Context": f"context-{number}"})
        return number, answer.message

    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(ask, range(400)))
    assert all(message == f"Did not find context context-{number}" for number, message in answers)


def test_every_line_of_a_commands_output_is_kept(console: AmiClient, asterisk: AsteriskInstance) -> None:
    lines = console.command("core show applications").outputs
    shown = [line.rstrip() for line in asterisk.cli("core show applications").splitlines()]
    assert len(lines) > 20
    assert [line.strip() for line in lines if line.strip()] == [line.strip() for line in shown if line.strip()]


def test_an_event_with_channel_variables_leaves_the_connection_alive(
    console: AmiClient, asterisk: AsteriskInstance
) -> None:
    manager_conf = asterisk.config_dir / "manager.conf"
    text = manager_conf.read_text()
    manager_conf.write_text(text.replace("[general]", "[general]\nchannelvars = VA_ONE,VA_TWO", 1))
    asterisk.cli("manager reload")
    seen: list[dict[str, str]] = []
    console.register_event("Hangup", lambda event, _manager: seen.append(event.headers.get("ChanVariable", {})))
    for priority, application in ((1, "NoOp"), (2, "Hangup")):
        console.request(
            "DialplanExtensionAdd",
            Context="ami-test",
            Extension="s",
            Priority=str(priority),
            Application=application,
        )
    try:
        console.request(
            "Originate", Channel="Local/s@ami-test/n", Application="Wait", Data="1", Variable="VA_ONE=one", Async="true"
        )
        wait_until(lambda: bool(seen))
        assert console.request("Ping").headers["Ping"] == "Pong"
    finally:
        manager_conf.write_text(text)
        asterisk.cli("manager reload")
    assert any(variables.get("VA_ONE") == "one" for variables in seen)


def test_channel_variables_of_an_event_are_read_and_callbacks_may_fail() -> None:
    def behave(connection: socket.socket) -> None:
        connection.sendall(
            b"Event: Newstate\r\nChannel: PJSIP/a\r\n"
            b"ChanVariable(PJSIP/a): VA_ONE=first\r\nChanVariable: VA_TWO=a=b\r\n\r\n"
        )
        request = connection.recv(4096)
        connection.sendall(b"Response: Success\r\n" + action_id(request) + b"\r\nPing: Pong\r\n\r\n")

    seen = []
    with peer(behave) as port, AmiClient() as client:
        client.register_event("*", lambda _event, _manager: 1 / 0)
        client.register_event("*", lambda event, _manager: seen.append(event.headers["ChanVariable"]))
        client.connect("127.0.0.1", port)
        assert client.request("Ping").headers["Ping"] == "Pong"
        wait_until(lambda: bool(seen))
    assert seen == [{"VA_ONE": "first", "VA_TWO": "a=b"}]


@pytest.mark.parametrize("value", ["a\r\nAction: Reload", "a\nb", "a\x00b", "a\x1bb", "a\u2028b"])
def test_a_value_with_a_line_break_never_reaches_ami(value: str) -> None:
    received: list[bytes] = []

    def behave(connection: socket.socket) -> None:
        connection.settimeout(0.5)
        try:
            received.append(connection.recv(4096))
        except TimeoutError:
            received.append(b"")

    with peer(behave) as port, AmiClient() as client:
        client.connect("127.0.0.1", port)
        with pytest.raises(UnsafeValueError):
            client.send_action({"Action": "Setvar", "Variable": "X", "Value": value})
        with pytest.raises(UnsafeValueError):
            client.send_action({"Action": "Setvar", f"X: {value}": "1"})
        time.sleep(0.1)
        client.close()
    assert received in ([b""], [b"Action: Logoff\r\n\r\n"])


def test_no_answer_is_a_timeout_and_the_late_one_is_nobody_elses() -> None:
    def behave(connection: socket.socket) -> None:
        late = connection.recv(4096)
        request = connection.recv(4096)
        connection.sendall(b"Response: Success\r\n" + action_id(late) + b"\r\nPing: Late\r\n\r\n")
        connection.sendall(b"Response: Success\r\n" + action_id(request) + b"\r\nPing: Right\r\n\r\n")
        connection.recv(4096)

    with peer(behave) as port, AmiClient() as client:
        client.connect("127.0.0.1", port)
        started = time.monotonic()
        with pytest.raises(AmiTimeoutError):
            client.request("Ping", timeout=0.2)
        assert time.monotonic() - started < 1
        assert client.request("Ping").headers["Ping"] == "Right"


def test_a_lost_connection_wakes_everyone_at_once() -> None:
    def behave(connection: socket.socket) -> None:
        connection.recv(4096)
        time.sleep(0.2)

    with peer(behave) as port, AmiClient(timeout=30) as client:
        client.connect("127.0.0.1", port)
        started = time.monotonic()
        with ThreadPoolExecutor(3) as pool:
            futures = [pool.submit(client.request, "Ping") for _ in range(3)]
            for future in futures:
                with pytest.raises(AmiUnreachableError):
                    future.result()
        assert time.monotonic() - started < 5
        assert not client.connected()


def test_a_list_that_is_cut_off_is_not_taken_for_a_whole_one() -> None:
    def behave(connection: socket.socket) -> None:
        tag = action_id(connection.recv(4096))
        connection.sendall(b"Response: Success\r\n" + tag + b"\r\nEventList: start\r\n\r\n")
        connection.sendall(b"Event: EndpointList\r\n" + tag + b"\r\nObjectName: one\r\n\r\n")

    with peer(behave) as port, AmiClient() as client:
        client.connect("127.0.0.1", port)
        with pytest.raises(AmiUnreachableError):
            client.list_action("PJSIPShowEndpoints")


def test_a_client_connects_again_after_asterisk_was_restarted(asterisk: AsteriskInstance) -> None:
    with AmiClient() as client:
        client.connect("127.0.0.1", asterisk.ami_port)
        client.login("voipadmin", asterisk.config.ami_secret)
        asterisk.kill()
        with pytest.raises(AmiUnreachableError):
            client.request("Ping")
        client.close()
        asterisk.start()
        client.connect("127.0.0.1", asterisk.ami_port)
        client.login("voipadmin", asterisk.config.ami_secret)
        assert client.request("Ping").headers["Ping"] == "Pong"


def test_ten_thousand_events_are_read_in_a_moment() -> None:
    event = b"Event: EndpointList\r\n%b\r\nObjectName: %d\r\nAor: x\r\nAuths: y\r\nDeviceState: Unavailable\r\n\r\n"

    def behave(connection: socket.socket) -> None:
        tag = action_id(connection.recv(4096))
        connection.sendall(b"Response: Success\r\n" + tag + b"\r\nEventList: start\r\n\r\n")
        connection.sendall(b"".join(event % (tag, number) for number in range(10_000)))
        connection.sendall(b"Event: EndpointListComplete\r\n" + tag + b"\r\nEventList: Complete\r\n\r\n")
        connection.recv(4096)

    with peer(behave) as port, AmiClient(timeout=20) as client:
        client.connect("127.0.0.1", port)
        names = [headers["ObjectName"] for headers in client.list_action("PJSIPShowEndpoints")]
    assert names == [str(number) for number in range(10_000)]
