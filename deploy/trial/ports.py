"""Free ports on the loopback."""

import random
import socket
from collections.abc import Iterable

SIP_PORTS = range(10000, 20000)
# Apart from SIP_PORTS and under what the kernel hands out: SIPp takes its media port and the second after it, and
# ends when one of them is its own SIP port.
MEDIA_PORTS = range(20000, 30000, 4)
VIDEO_AFTER_AUDIO = 2


class NoFreePortError(RuntimeError):
    """No port of the wanted kind is free."""


def free_tcp_port(address: str = "127.0.0.1") -> int:
    """Return a TCP port of `address` that nothing listens on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def free_sip_port(address: str = "127.0.0.1", attempts: int = 200) -> int:
    """Return a port of `address` that is free for UDP and for TCP alike."""
    return _free(address, SIP_PORTS, (0,), attempts)


def free_media_port(address: str = "127.0.0.1", attempts: int = 200) -> int:
    """Return a port of `address` that SIPp can take for audio, and that is no SIP port."""
    return _free(address, MEDIA_PORTS, (0, VIDEO_AFTER_AUDIO), attempts)


def _free(address: str, ports: range, steps: Iterable[int], attempts: int) -> int:
    for _ in range(attempts):
        port = random.choice(ports)  # noqa: S311 - a port number is no secret
        if all(is_free(address, port + step) for step in steps):
            return port
    raise NoFreePortError(f"no port between {ports[0]} and {ports[-1]} is free on {address}")


def is_free(address: str, port: int) -> bool:
    """Whether `port` of `address` can be bound for UDP and TCP."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind((address, port))
            except OSError:
                return False
    return True
