"""Asks SIP for an answer: some releases of PJSIP hang in a reload, and AMI does not notice."""

import re
import socket
import uuid
from dataclasses import dataclass
from pathlib import Path

ATTEMPTS = 3
ATTEMPT_SECONDS = 0.5

_SECTION = re.compile(r"^\s*\[(?P<name>[^\]]+)\]")
_ENTRY = re.compile(r"^\s*(?P<key>\w+)\s*=>?\s*(?P<value>[^;]*)")


@dataclass(frozen=True)
class UdpTransport:
    """The address at which this machine reaches SIP over UDP."""

    host: str
    port: int


def find_udp_transport(config_path: Path) -> UdpTransport | None:
    """Return the first UDP transport of `pjsip.conf`; None where it cannot be read or there is none."""
    try:
        text = (config_path / "pjsip.conf").read_text()
    except (OSError, UnicodeDecodeError):
        return None
    for section in _sections(text):
        if section.get("type") == "transport" and section.get("protocol", "udp") == "udp":
            return _transport(section.get("bind", ""))
    return None


def _sections(text: str) -> list[dict[str, str]]:
    sections: list[dict[str, str]] = [{}]
    for line in text.splitlines():
        if _SECTION.match(line):
            sections.append({})
        elif entry := _ENTRY.match(line):
            sections[-1][entry["key"]] = entry["value"].strip()
    return sections


def _transport(bind: str) -> UdpTransport | None:
    if bind.startswith("["):
        return None
    host, _colon, port = bind.partition(":")
    if not host or (port and not port.isdecimal()):
        return None
    return UdpTransport("127.0.0.1" if host == "0.0.0.0" else host, int(port or 5060))  # noqa: S104 - compared, not bound


def sip_answers(transport: UdpTransport) -> bool:
    """Send OPTIONS; any answer shows that SIP is alive, a refusal too."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(ATTEMPT_SECONDS)
        try:
            probe.connect((transport.host, transport.port))
        except OSError:
            return False
        return any(_is_answered(probe, transport) for _ in range(ATTEMPTS))


def _is_answered(probe: socket.socket, transport: UdpTransport) -> bool:
    host, port = probe.getsockname()[:2]
    tag = uuid.uuid4().hex
    request = (
        f"OPTIONS sip:probe@{transport.host}:{transport.port} SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP {host}:{port};rport;branch=z9hG4bK{tag}\r\n"
        f"Max-Forwards: 1\r\nFrom: <sip:probe@{host}:{port}>;tag={tag[:10]}\r\n"
        f"To: <sip:probe@{transport.host}>\r\nCall-ID: {tag}\r\nCSeq: 1 OPTIONS\r\n"
        f"Contact: <sip:probe@{host}:{port}>\r\nContent-Length: 0\r\n\r\n"
    )
    try:
        probe.send(request.encode())
        return probe.recv(4096).startswith(b"SIP/2.0")
    except OSError:
        return False
