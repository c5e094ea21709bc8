"""The AMI client: one subclass of pyst2's Manager.

Everything that touches the socket is replaced, because pyst2 0.5.1 gives the answer of one thread to another, waits for
ever, keeps one line of a command's output, and takes a line break in a value for the end of an action. What is used of
pyst2 and what had to be replaced is in docs/adr/0018-pyst2-is-the-base-of-the-ami-client.md.
"""

import contextlib
import queue
import socket
import struct
import threading
import time
import uuid
from io import BufferedReader
from typing import Any, Self, cast

import structlog
from asterisk.manager import Event, Manager

from asterisk_sync.ami.messages import (
    AmiError,
    AmiMessage,
    AmiRefusedError,
    AmiTimeoutError,
    AmiUnreachableError,
    Fields,
    PendingAction,
    encode,
    read_messages,
)

log = structlog.get_logger(__name__)

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 10.0
READ_BUFFER = 1 << 16
EVENT_BACKLOG = 10_000


class AmiClient(Manager):
    """A connection to AMI whose actions are matched with their answers by ActionID, each within a deadline.

    It may be opened again after a loss. Threads may share it; callbacks of events run in a thread of their own.
    """

    def __init__(self, *, timeout: float = ANSWER_SECONDS, connect_timeout: float = CONNECT_SECONDS) -> None:
        super().__init__()
        self.timeout = timeout
        self.connect_timeout = connect_timeout
        self.dropped_events = 0
        self._prefix = uuid.uuid4().hex[:12]
        self._pending: dict[str, PendingAction] = {}
        self._pending_lock = threading.Lock()
        self._write_lock = threading.Lock()
        self._sock: socket.socket | None = None

    def __del__(self) -> None:
        with contextlib.suppress(Exception):
            self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    # Connection

    def connected(self) -> bool:
        """Tell whether the connection is up."""
        return bool(self._connected.is_set())

    def connect(self, host: str, port: int = 5038) -> None:
        """Connect and read the greeting; raise AmiUnreachableError."""
        if self.connected():
            raise AmiError("already connected")
        try:
            sock = socket.create_connection((host, port), timeout=self.connect_timeout)
        except OSError as error:
            raise AmiUnreachableError(f"{host}:{port}: {error.strerror or error}") from error
        self.adopt(sock, f"{host}:{port}")

    def adopt(self, sock: socket.socket, place: str) -> None:
        """Take over a connected socket and read the greeting; raise AmiUnreachableError, which names `place`."""
        sock.settimeout(self.connect_timeout)
        reader = cast("BufferedReader", sock.makefile("rb", buffering=READ_BUFFER))
        try:
            self._read_greeting(reader)
        except OSError as error:
            sock.close()
            raise AmiUnreachableError(f"{place}: no greeting: {error.strerror or error}") from error
        sock.settimeout(None)
        # A send blocks when Asterisk hangs and stops reading; this option of the kernel gives it a limit of time.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(self.timeout) or 1, 0))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._start(sock, reader)

    def _read_greeting(self, reader: BufferedReader) -> None:
        title, slash, version = reader.readline(200).decode("utf-8", "replace").strip().partition("/")
        if not slash:
            raise ConnectionError("this is not AMI")
        self.title, self.version = title, version

    def _start(self, sock: socket.socket, reader: BufferedReader) -> None:
        self._sock = sock
        self._event_queue: queue.Queue[Any] = queue.Queue(EVENT_BACKLOG)
        self._connected.set()
        self._running.set()
        self.message_thread = threading.Thread(target=self._read_loop, args=(reader,), daemon=True, name="ami-read")
        self.event_dispatch_thread = threading.Thread(target=self.event_dispatch, daemon=True, name="ami-events")
        self.message_thread.start()
        self.event_dispatch_thread.start()

    def login(self, username: str, secret: str) -> AmiMessage:
        """Log in; raise AmiUnreachableError where user or secret are refused."""
        response = self.send_action({"Action": "Login", "Username": username, "Secret": secret})
        if response.is_error:
            raise AmiUnreachableError(f"log-in of {username} refused: {response.message}")
        return response

    def close(self) -> None:
        """Log off and close the connection; nothing happens where it is closed already."""
        sock, self._sock = self._sock, None
        if sock is None:
            return
        with contextlib.suppress(OSError):
            sock.sendall(b"Action: Logoff\r\n\r\n")
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
        sock.close()
        if self.dropped_events:
            log.warning("ami_events_dropped", count=self.dropped_events)
        for thread in (self.message_thread, self.event_dispatch_thread):
            if thread is not threading.current_thread():
                thread.join(2)

    # Reading

    def _read_loop(self, reader: BufferedReader) -> None:
        try:
            with reader, contextlib.suppress(OSError, ValueError):
                for lines in read_messages(reader):
                    self._deliver(lines)
        finally:
            self._connected.clear()
            self._running.clear()
            self._fail_pending()
            with contextlib.suppress(queue.Full):
                self._event_queue.put_nowait(None)

    def _deliver(self, lines: list[str]) -> None:
        """Give a message to the action that waits for it, or as an event to the callbacks."""
        message = AmiMessage(lines)
        with self._pending_lock:
            pending = self._pending.get(str(message.headers.get("ActionID", "")))
        if pending is not None and pending.accept(message):
            return
        if "Event" in message.headers and self._event_callbacks:
            try:
                self._event_queue.put_nowait(Event(message))
            except queue.Full:
                self.dropped_events += 1

    def _fail_pending(self) -> None:
        """Wake the actions that wait: without an answer they raise AmiUnreachableError."""
        with self._pending_lock:
            waiting = list(self._pending.values())
        for pending in waiting:
            pending.done.set()

    def event_dispatch(self) -> None:
        """Run the callbacks of each event; one that raises is logged, and the others run all the same."""
        while self._running.is_set():
            try:
                event = self._event_queue.get(timeout=1)
            except queue.Empty:
                continue
            if event is None:
                return
            for callback in [*self._event_callbacks.get(event.name, []), *self._event_callbacks.get("*", [])]:
                try:
                    if callback(event, self):
                        break
                except Exception:
                    log.exception("ami callback failed", event_name=event.name)

    # Actions

    def send_action(self, cdict: Fields | None = None, **kwargs: str | list[str]) -> AmiMessage:
        """Send one action and return its answer, be it an error; raise AmiUnreachableError or UnsafeValueError."""
        answer, _events = self._exchange({**(cdict or {}), **kwargs}, wants_list=False, timeout=None)
        return answer

    def request(self, action: str, *, timeout: float | None = None, **fields: str) -> AmiMessage:
        """Send one action; raise AmiRefusedError where Asterisk answers with an error."""
        answer, _events = self._exchange({"Action": action, **fields}, wants_list=False, timeout=timeout)
        if answer.is_error:
            raise AmiRefusedError(answer.message)
        return answer

    def list_action(self, action: str, *, timeout: float | None = None, **fields: str) -> list[dict[str, Any]]:
        """Return the headers of each event of a list action; raise AmiRefusedError.

        Asterisk answers an empty list of PJSIP with the error `No ... found`: that is no events here.
        """
        answer, events = self._exchange({"Action": action, **fields}, wants_list=True, timeout=timeout)
        if not answer.is_error:
            return events
        if answer.message.startswith("No ") and answer.message.endswith(" found"):
            return []
        raise AmiRefusedError(answer.message)

    def command(self, command: str) -> AmiMessage:
        """Run a console command; all its lines are in `outputs`, and in `data` as one text."""
        return self.send_action({"Action": "Command", "Command": command})

    def _exchange(
        self, fields: Fields, *, wants_list: bool, timeout: float | None
    ) -> tuple[AmiMessage, list[dict[str, Any]]]:
        action_id = f"{self._prefix}-{self.next_seq():08x}"
        payload = encode({**fields, "ActionID": action_id})
        pending = PendingAction(wants_list)
        with self._pending_lock:
            self._pending[action_id] = pending
        try:
            self._write(payload)
            return self._await(pending, str(fields["Action"]), timeout or self.timeout)
        finally:
            with self._pending_lock:
                self._pending.pop(action_id, None)

    def _write(self, payload: bytes) -> None:
        sock = self._sock
        if sock is None or not self.connected():
            raise AmiUnreachableError("not connected")
        try:
            with self._write_lock:
                sock.sendall(payload)
        except OSError as error:
            self.close()
            raise AmiUnreachableError(f"connection lost: {error.strerror or error}") from error

    def _await(self, pending: PendingAction, action: str, timeout: float) -> tuple[AmiMessage, list[dict[str, Any]]]:
        deadline = time.monotonic() + timeout
        while not pending.done.wait(min(1.0, max(0.0, deadline - time.monotonic()))):
            if time.monotonic() >= deadline:
                raise AmiTimeoutError(f"{action}: no answer within {timeout:g} s")
            if not self.connected():
                break
        # Of a list the answer comes first: where the connection was lost before its end, the list is not complete.
        complete = pending.response is not None and (self.connected() or not pending.wants_list)
        if not complete or pending.response is None:
            raise AmiUnreachableError(f"{action}: connection lost")
        return pending.response, pending.events
