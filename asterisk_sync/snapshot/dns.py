"""Host names of gateways as addresses: Asterisk drops an `identify` whole when one name in it does not resolve."""

import socket
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait

import structlog
from django.core.exceptions import ValidationError

from voipadmin.core.validators import validate_host, validate_network

RESOLVE_SECONDS = 3.0

logger = structlog.get_logger(__name__)
# What each name last resolved to: a carrier's calls must not be refused because DNS was away for a moment.
_last_known: dict[str, tuple[str, ...]] = {}

Resolver = Callable[[str], tuple[str, ...]]


def look_up(host: str) -> tuple[str, ...]:
    """Return the addresses of `host`, sorted; none where it does not resolve."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except OSError:
        return ()
    return tuple(sorted({str(entry[4][0]) for entry in found}))


def resolve_hosts(hosts: Iterable[str], resolver: Resolver = look_up) -> dict[str, tuple[str, ...]]:
    """Return the addresses of every host; a name that fails now keeps what it had, addresses stand for themselves."""
    names = sorted({host for host in hosts if not _is_address(host)})
    found: dict[str, tuple[str, ...]] = {}
    if names:
        found = _resolve_names(names, resolver)
    return {host: found.get(host, (host,)) for host in hosts}


def _resolve_names(names: list[str], resolver: Resolver) -> dict[str, tuple[str, ...]]:
    pool = ThreadPoolExecutor(max_workers=min(len(names), 16), thread_name_prefix="resolve")
    futures = {name: pool.submit(resolver, name) for name in names}
    wait(futures.values(), timeout=RESOLVE_SECONDS)
    pool.shutdown(wait=False, cancel_futures=True)
    for name, future in futures.items():
        addresses = tuple(filter(_is_permitted, future.result())) if future.done() and not future.cancelled() else ()
        if addresses:
            _last_known[name] = addresses
        else:
            logger.warning("host_not_resolved", host=name, kept=_last_known.get(name, ()))
    return {name: _last_known.get(name, ()) for name in names}


def _is_address(host: str) -> bool:
    try:
        validate_network(host)
    except ValidationError as error:
        return error.code == "special_address"
    return True


def _is_permitted(address: str) -> bool:
    """Refuse loopback and link-local answers: a carrier's DNS must not point at this machine."""
    try:
        validate_host(address)
    except ValidationError:
        return False
    return True
