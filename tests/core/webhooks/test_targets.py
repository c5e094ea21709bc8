"""Where webhooks may lead, how they are signed, and when they are tried again."""

import base64
import hashlib
import hmac
import socket
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voipadmin.core.webhooks.schedule import JITTER, STEPS, pause_after
from voipadmin.core.webhooks.signing import new_secret, sign, signed_headers
from voipadmin.core.webhooks.targets import TargetRefused, is_permitted, parse_target, resolve

# Of https://github.com/standard-webhooks/standard-webhooks: the example of the libraries.
KNOWN_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KNOWN = ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
KNOWN_SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

FORBIDDEN = [
    "127.0.0.1", "127.8.9.10", "0.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.1",
    "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "192.88.99.1", "::", "::1", "fe80::1", "fc00::1",
    "fd00:ec2::254", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2001::1", "100::1", "::127.0.0.1",
    "fec0::1", "3fff::1", "5f00::1",
]  # fmt: skip


@pytest.mark.parametrize("address", FORBIDDEN)
def test_an_address_that_is_not_of_the_internet_is_refused(address: str) -> None:
    assert not is_permitted(ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "2001:4860:4860::8888"]
)
def test_an_address_of_the_internet_is_permitted(address: str) -> None:
    assert is_permitted(ip_address(address))


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_in_every_dress(address: IPv4Address) -> None:
    assert is_permitted(IPv6Address(f"::ffff:{address}")) == is_permitted(address)
    assert not is_permitted(IPv6Address(f"64:ff9b::{address}"))
    if address.is_private or address.is_loopback or address.is_link_local or address.is_multicast:
        assert not is_permitted(address)


def _answers(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def getaddrinfo(host: str, port: int, **_options: Any) -> Any:
        family = {4: socket.AF_INET, 6: socket.AF_INET6}
        return [
            (family[ip_address(a.partition("%")[0]).version], socket.SOCK_STREAM, 6, "", (a, port)) for a in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def test_one_forbidden_address_of_a_name_is_enough(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    target = parse_target("https://hooks.example.com/a?b=c")
    _answers(monkeypatch, "8.8.8.8", "8.8.4.4", "8.8.8.8")
    assert resolve(target) == [ip_address("8.8.8.8"), ip_address("8.8.4.4")]
    for forbidden in ("10.0.0.7", "fe80::1%eth0", "::ffff:10.0.0.7"):
        _answers(monkeypatch, "8.8.8.8", forbidden)
        with pytest.raises(TargetRefused):
            resolve(target)
    settings.WEBHOOK_ALLOWED_NETWORKS = ["10.0.0.0/24"]
    for allowed in ("10.0.0.7", "::ffff:10.0.0.7"):
        _answers(monkeypatch, allowed)
        assert resolve(target)
    _answers(monkeypatch, "10.0.1.7")
    with pytest.raises(TargetRefused):
        resolve(target)


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "017700000001", "127.1", "localhost", "[::1]", "[::ffff:7f00:1]"]
)
def test_loopback_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises((TargetRefused, OSError)):
        resolve(parse_target(f"https://{host}/"))


@pytest.mark.parametrize(
    "url",
    [
        "", "example.com", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com", "https://", "https:///a",
        "https://user:pass@example.com/", "https://user@example.com", "https://example.com/#a", "http://example.com/",
        "https://example.com:99999/", "https://example.com:0/", "https://exa mple.com/",
        "https://example.com/\r\nHost: a",
        "https://[::1", "https://exämple.com/",
        "https://example.com/" + "a" * 500, "javascript:alert(1)", "\thttps://a.b/",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_webhook_is_refused(url: str) -> None:
    with pytest.raises(TargetRefused) as refused:
        parse_target(url)
    assert refused.value.field == "url"


def test_plain_http_is_taken_only_where_the_settings_permit_it(settings: Any) -> None:
    settings.WEBHOOK_ALLOW_HTTP = True
    assert parse_target("http://example.com:8080").host_header == "example.com:8080"
    assert parse_target("http://example.com").port == 80
    assert parse_target("https://[2606:4700::1]:8443/a?b").host_header == "[2606:4700::1]:8443"


def test_the_signature_is_that_of_standard_webhooks() -> None:
    message_id, timestamp, body = KNOWN
    assert sign(KNOWN_SECRET, message_id=message_id, timestamp=timestamp, body=body) == KNOWN_SIGNATURE


@given(body=st.binary(max_size=200), message_id=st.from_regex(r"msg_[0-9a-f]{8}", fullmatch=True))
def test_each_secret_in_force_signs(body: bytes, message_id: str) -> None:
    now = datetime(2026, 11, 30, 12, 0, 1, tzinfo=UTC)
    secrets = [new_secret(), new_secret()]
    headers = signed_headers(secrets, message_id=message_id, now=now, body=body)
    signed = f"{message_id}.{headers['webhook-timestamp']}.".encode() + body
    for secret, signature in zip(secrets, headers["webhook-signature"].split(" "), strict=True):
        key = base64.b64decode(secret.removeprefix("whsec_"))
        assert 24 <= len(key) <= 64
        assert signature == "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


@given(failures=st.integers(1, 40), chance=st.floats(0, 1), asked=st.none() | st.integers(1, 10**7))
def test_pauses_grow_are_spread_and_end(failures: int, chance: float, asked: int | None) -> None:
    wanted = timedelta(seconds=asked) if asked else None
    pause = pause_after(failures, asked_for=wanted, chance=lambda: chance)
    if failures > len(STEPS):
        assert pause is None
        return
    assert pause is not None
    step = STEPS[failures - 1]
    assert pause >= step * (1 - JITTER)
    assert pause <= max(step * (1 + JITTER), timedelta(days=1) if asked else timedelta(0)) + timedelta(microseconds=1)
    if wanted:
        assert pause >= min(wanted, timedelta(days=1))
