"""One request of a webhook: to the address that was judged, in the name of the host, bounded in time and size."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from voipadmin.core.webhooks.targets import Address, Target, TargetRefused, parse_target, resolve
from voipadmin.version import VERSION

CONNECT_SECONDS = 5.0
WHOLE_SECONDS = 15.0
EXCERPT_BYTES = 1000
READ_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request: the status and the beginning of the answer, or the error; with the time it took."""

    status: int | None
    milliseconds: int
    excerpt: str = ""
    error: str = ""
    retry_after_seconds: int | None = None

    @property
    def is_success(self) -> bool:
        """Tell whether the receiver took it: any 2xx, and nothing else; redirects are not followed."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - as RFC 9110 numbers them


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send a body by POST and return what became of it; nothing is raised for what the other side does.

    1. Resolve the name once, and refuse it where an address is not permitted.
    2. Connect to the first address that takes the connection; the certificate has to be the name's.
    3. Read at most 64 KB of the answer; after 15 seconds in all the connection is shut down, whatever it is at.
    """
    began = time.monotonic()
    try:
        target = parse_target(url)
        return _exchange(target, resolve(target), body, headers, began)
    except TargetRefused as error:
        return Answer(None, _since(began), error=str(error.message))
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        return Answer(None, _since(began), error=f"{type(error).__name__}: {error}"[:500])


def _exchange(
    target: Target, addresses: list[Address], body: bytes, headers: Mapping[str, str], began: float
) -> Answer:
    opened = _connect(target, addresses, began)
    # A receiver that drips one byte after another would hold each read open: the whole has a limit of its own.
    is_over = threading.Event()
    guard = threading.Timer(max(0.1, WHOLE_SECONDS - _elapsed(began)), _shut_down, args=(opened, is_over))
    guard.start()
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.sock = opened
    try:
        connection.putrequest("POST", target.path, skip_host=True, skip_accept_encoding=True)
        sent = {"Host": target.host_header, "Content-Type": "application/json", "Content-Length": str(len(body))}
        for name, value in {**sent, "User-Agent": f"voipadmin/{VERSION}", "Connection": "close", **headers}.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        excerpt = _printable(response.read(READ_BYTES)[:EXCERPT_BYTES])
        after = _seconds(response.getheader("Retry-After"))
        if is_over.is_set():
            # The headers end with the connection: what looks like a whole answer is the beginning of one.
            raise TimeoutError
        return Answer(response.status, _since(began), excerpt, retry_after_seconds=after)
    except (OSError, http.client.HTTPException) as error:
        if is_over.is_set():
            raise TimeoutError(f"no whole answer within {WHOLE_SECONDS:.0f} s") from error
        raise
    finally:
        guard.cancel()
        connection.close()


def _connect(target: Target, addresses: list[Address], began: float) -> socket.socket:
    failure: OSError = OSError("the name has no address")
    for address in addresses:
        left = WHOLE_SECONDS - _elapsed(began)
        if left <= 0:
            break
        try:
            opened = socket.create_connection((str(address), target.port), timeout=min(CONNECT_SECONDS, left))
        except OSError as error:
            failure = error
            continue
        if target.scheme == "http":
            opened.settimeout(WHOLE_SECONDS)
            return opened
        return _secured(opened, target.host)
    raise failure


def _secured(opened: socket.socket, host: str) -> socket.socket:
    # The handshake has the time of the connection; a certificate that is not the name's ends it.
    try:
        secured = ssl.create_default_context().wrap_socket(opened, server_hostname=host)
    except BaseException:
        opened.close()
        raise
    secured.settimeout(WHOLE_SECONDS)
    return secured


def _shut_down(opened: socket.socket, is_over: threading.Event) -> None:
    is_over.set()
    with suppress(OSError):
        opened.shutdown(socket.SHUT_RDWR)


def _printable(raw: bytes) -> str:
    """Return text of a stranger as it can be kept and shown: PostgreSQL takes no NUL, and people no control codes."""
    text = raw.decode("utf-8", errors="replace")
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()


def _seconds(value: str | None) -> int | None:
    return int(value) if value is not None and value.isdecimal() and len(value) <= 6 else None  # noqa: PLR2004 - days


def _elapsed(began: float) -> float:
    return time.monotonic() - began


def _since(began: float) -> int:
    return round(_elapsed(began) * 1000)
