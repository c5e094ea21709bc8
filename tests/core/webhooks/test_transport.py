"""One request of a webhook against real servers: TLS, slowness, size, redirects, rebinding."""

import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.core.webhooks.receiver import Receiver, answers, certificate
from voipadmin.core.webhooks import transport
from voipadmin.core.webhooks.transport import post

pytestmark = pytest.mark.slow(seconds=0.3)

HOST = "hooks.example.com"


@pytest.fixture(autouse=True)
def loopback_is_permitted(settings: Any) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    settings.WEBHOOK_ALLOW_HTTP = True


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver(answers(200, b"taken"))
    yield made
    made.stop()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each name that was resolved: HOST is 127.0.0.1, as a name of somebody else's may be."""
    names: list[str] = []
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, *args: Any, **options: Any) -> Any:
        if host == HOST:
            names.append(host)
            return real("127.0.0.1", *args, **options)
        return real(host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return names


def test_a_receiver_gets_the_body_and_the_headers_as_they_are(receiver: Receiver) -> None:
    receiver.start()
    answer = post(f"http://127.0.0.1:{receiver.port}/a?b=c", b"{}", {"webhook-id": "msg_1"})
    assert (answer.status, answer.excerpt, answer.error, answer.is_success) == (200, "taken", "", True)
    path, headers, body = receiver.requests[0]
    assert (path, body, headers["webhook-id"], headers["content-type"]) == (
        "/a?b=c",
        b"{}",
        "msg_1",
        "application/json",
    )
    assert headers["host"] == f"127.0.0.1:{receiver.port}"


def test_tls_is_of_the_name_though_the_connection_goes_to_the_judged_address(
    receiver: Receiver, asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path, HOST)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    shown: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: shown.append(name)
    receiver.start(context)
    untrusted = post(f"https://{HOST}:{receiver.port}/", b"{}", {})
    assert untrusted.status is None
    assert "CERTIFICATE_VERIFY_FAILED" in untrusted.error
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    asked.clear()
    answer = post(f"https://{HOST}:{receiver.port}/", b"{}", {})
    assert answer.status == 200, answer.error
    assert asked == [HOST], "a name is resolved once: what it answers later changes nothing"
    assert shown[-1] == HOST
    assert receiver.requests[0][1]["host"] == f"{HOST}:{receiver.port}"
    other = post(f"https://127.0.0.1:{receiver.port}/", b"{}", {})
    assert "CERTIFICATE_VERIFY_FAILED" in other.error, "the certificate is not of that name"


def test_a_redirect_is_a_failure_and_leads_nowhere(receiver: Receiver) -> None:
    elsewhere = Receiver(answers(200)).start()
    receiver.answer = answers(302, Location=f"http://127.0.0.1:{elsewhere.port}/")
    receiver.start()
    answer = post(f"http://127.0.0.1:{receiver.port}/", b"{}", {})
    elsewhere.stop()
    assert (answer.status, answer.is_success, elsewhere.requests) == (302, False, [])


def test_what_is_answered_is_bounded_and_printable(receiver: Receiver) -> None:
    receiver.answer = answers(500, b"\x00\x1b[31m" + b"a" * 5_000_000, Retry_After="120")
    receiver.start()
    answer = post(f"http://127.0.0.1:{receiver.port}/", b"{}", {})
    assert (answer.status, len(answer.excerpt) <= 1000, answer.retry_after_seconds) == (500, True, 120)
    assert answer.excerpt.isprintable()
    receiver.answer = answers(503, b"", Retry_After="Wed, 21 Oct 2027 07:28:00 GMT")
    assert post(f"http://127.0.0.1:{receiver.port}/", b"{}", {}).retry_after_seconds is None


def test_a_receiver_that_drips_holds_a_worker_no_longer_than_the_limit(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "WHOLE_SECONDS", 1.0)

    def drip(handler: Any) -> None:
        # Each byte comes in time; only the whole does not.
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for _ in range(400):
            handler.wfile.write(b"X")
            handler.wfile.flush()
            time.sleep(0.1)

    receiver.answer = drip
    receiver.start()
    answer = post(f"http://127.0.0.1:{receiver.port}/", b"{}", {})
    assert answer.status is None
    assert "no whole answer" in answer.error
    assert answer.milliseconds < 20_000


def test_what_cannot_be_reached_is_an_error_that_says_so(receiver: Receiver, settings: Any) -> None:
    receiver.start()
    port = receiver.port
    receiver.stop()
    assert "refused" in post(f"http://127.0.0.1:{port}/", b"{}", {}).error.lower()
    settings.WEBHOOK_ALLOWED_NETWORKS = []
    refused = post(f"http://127.0.0.1:{port}/", b"{}", {})
    assert (refused.status, "WEBHOOK_ALLOWED_NETWORKS" in refused.error) == (None, True)
    garbage = Receiver(lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH\r\n"))
    settings.WEBHOOK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    garbage.start()
    assert post(f"http://127.0.0.1:{garbage.port}/", b"{}", {}).status is None
    garbage.stop()
