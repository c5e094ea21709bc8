"""Where a webhook may lead: to public addresses by https, unless the installation's settings permit more.

The name is resolved once, each of its addresses is judged, and the request goes to the address that was judged: a name
that answers otherwise a moment later (DNS rebinding) changes nothing.
"""

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from voipadmin.core.errors import DomainError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LONGEST_URL = 500
PORTS = {"https": 443, "http": 80}
# What Python's `is_global` lets through, in one release or another, and is not of the Internet: addresses that carry an
# IPv4 address in them, by which a gateway leads to it (NAT64, 6to4, Teredo); protocol assignments, among them Oracle's
# metadata; old site-local ones; segment routing, documentation; and the one under which Azure serves its machines.
FORBIDDEN = tuple(
    map(
        ip_network,
        (
            "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "192.88.99.0/24", "192.0.0.0/24", "fec0::/10",
            "5f00::/16", "3fff::/20", "2001:db8::/32", "100::/64", "168.63.129.16/32",
        ),
    )
)  # fmt: skip


class TargetRefused(DomainError):
    """A webhook may not lead there."""

    code = "target_refused"


@dataclass(frozen=True, slots=True)
class Target:
    """The parts of a webhook's URL."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        """Return the host as HTTP names it, with the port where that is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def parse_target(url: str) -> Target:
    """Return the parts of a URL; raise TargetRefused where it is none that a webhook may have."""
    if len(url) > LONGEST_URL or not url.isascii() or any(letter <= " " or letter == "\x7f" for letter in url):
        raise TargetRefused(_("Write the address in ASCII, without spaces, at most 500 characters."), field="url")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise TargetRefused(_("This is no address of a web page."), field="url") from error
    if parts.scheme not in PORTS or not parts.hostname:
        raise TargetRefused(_("Write an address such as https://example.com/alarms."), field="url")
    if parts.scheme == "http" and not settings.WEBHOOK_ALLOW_HTTP:
        raise TargetRefused(_("Only https is permitted (WEBHOOK_ALLOW_HTTP)."), field="url")
    if parts.username is not None or parts.password is not None or parts.fragment or port == 0:
        raise TargetRefused(_("Without user, password and fragment: the signature says who sends it."), field="url")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, parts.hostname, port or PORTS[parts.scheme], path)


def resolve(target: Target) -> list[Address]:
    """Return the addresses of a target, all of which are permitted; raise TargetRefused where one is not, or OSError.

    One forbidden address among several is enough: whoever owns the name chooses which one is tried.
    """
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    # A zone (fe80::1%eth0) is only of link-local addresses.
    addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    allowed = [ip_network(text, strict=False) for text in settings.WEBHOOK_ALLOWED_NETWORKS]
    for address in addresses:
        if not is_permitted(address, allowed):
            message = _("%(host)s leads to %(address)s, which is not public (WEBHOOK_ALLOWED_NETWORKS).")
            raise TargetRefused(message % {"host": target.host, "address": address}, field="url")
    return list(dict.fromkeys(addresses))


def is_permitted(address: Address, allowed: Iterable[Network] = ()) -> bool:
    """Tell whether a webhook may go to an address: it is of the Internet, or in one of the `allowed` networks."""
    bare = _unmapped(address)
    if any(bare in network for network in allowed):
        return True
    if any(bare in network for network in FORBIDDEN):
        return False
    return bare.is_global and not bare.is_multicast and not bare.is_reserved and not bare.is_unspecified


def _unmapped(address: Address) -> Address:
    """Return the IPv4 address that is written as IPv6 (::ffff:10.0.0.1), or the address as it is."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
