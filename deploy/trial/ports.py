"""Free ports on the loopback."""

import random
import socket


class NoFreePortError(RuntimeError):
    """No port of the wanted kind is free."""


def free_tcp_port(address: str = "127.0.0.1") -> int:
    """Return a TCP port of `address` that nothing listens on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def free_sip_port(address: str = "127.0.0.1", attempts: int = 200) -> int:
    """Return a port of `address` that is free for UDP and for TCP alike."""
    for _ in range(attempts):
        port = random.randint(10000, 19999)  # noqa: S311 - a port number is no secret
        if is_free(address, port):
            return port
    raise NoFreePortError(f"no port between 10000 and 19999 is free on {address}")


def is_free(address: str, port: int) -> bool:
    """Whether `port` of `address` can be bound for UDP and TCP."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind((address, port))
            except OSError:
                return False
    return True
