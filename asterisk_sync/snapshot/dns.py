"""Resolves the host names of gateways: Asterisk drops a whole `identify` when one name in it does not resolve."""

import socket
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait

import structlog
from django.core.exceptions import ValidationError

from voipadmin.core.validators import validate_host, validate_network

RESOLVE_SECONDS = 3.0

logger = structlog.get_logger(__name__)
# Host name -> the addresses that it last resolved to. They stay in use while DNS is away, or a carrier's calls would be
# refused. A worker that starts meanwhile knows none, and the gateway is left without addresses.
_last_known: dict[str, tuple[str, ...]] = {}

Resolver = Callable[[str], tuple[str, ...]]


def look_up(host: str) -> tuple[str, ...]:
    """Return the addresses of a host name, sorted; none where it does not resolve."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except OSError:
        return ()
    return tuple(sorted({str(entry[4][0]) for entry in found}))


def resolve_hosts(hosts: Iterable[str], resolver: Resolver = look_up) -> dict[str, tuple[str, ...]]:
    """Return the addresses of each host; a name that fails now keeps its last ones, an address is its own."""
    names = sorted({host for host in hosts if not _is_address(host)})
    found: dict[str, tuple[str, ...]] = {}
    if names:
        found = _resolve_names(names, resolver)
    return {host: found.get(host, (host,)) for host in hosts}


def _resolve_names(names: list[str], resolver: Resolver) -> dict[str, tuple[str, ...]]:
    """Resolve all names at once, within three seconds in all."""
    pool = ThreadPoolExecutor(max_workers=min(len(names), 16), thread_name_prefix="resolve")
    futures = {name: pool.submit(resolver, name) for name in names}
    wait(futures.values(), timeout=RESOLVE_SECONDS)
    # Not waited for: a lookup cannot be interrupted, and one that hangs ends by itself.
    pool.shutdown(wait=False, cancel_futures=True)
    for name, future in futures.items():
        addresses = tuple(filter(_is_permitted, future.result())) if future.done() and not future.cancelled() else ()
        if addresses:
            _last_known[name] = addresses
        else:
            logger.warning("host_not_resolved", host=name, kept=_last_known.get(name, ()))
    return {name: _last_known.get(name, ()) for name in names}


def _is_address(host: str) -> bool:
    """Tell whether a host is an address; loopback and link-local ones are refused elsewhere, and are addresses."""
    try:
        validate_network(host)
    except ValidationError as error:
        return error.code == "special_address"
    return True


def _is_permitted(address: str) -> bool:
    """Tell whether an answer may be used: a carrier's DNS must not point at this machine or its link."""
    try:
        validate_host(address)
    except ValidationError:
        return False
    return True
