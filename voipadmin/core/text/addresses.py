"""Hosts and networks that customers and carriers may have: none that leads back into the machine itself."""

import ipaddress

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from voipadmin.core.text import grammar

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LARGEST_NETWORK = 65_536
# Where clouds answer with a machine's credentials, outside the link-local range that is refused anyway.
THIS_HOST = ipaddress.IPv4Network("0.0.0.0/8")
METADATA_NETWORKS = [ipaddress.ip_network("100.100.100.200/32"), ipaddress.ip_network("fd00:ec2::254/128")]


def check_host(value: str) -> None:
    """Refuse what is neither an address nor a host name, and addresses that no carrier can have."""
    if not grammar.is_host(value):
        raise ValidationError(
            _("“%(value)s” is neither an IP address nor a host name."), code="host", params={"value": value}
        )
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        name = value.rstrip(".").lower()
        if name == "localhost" or name.endswith((".localhost", ".localdomain")):
            _refuse_special(value)
        return
    check_address(ipaddress.ip_network(address))


def check_network(value: str) -> None:
    """Refuse what is neither an IP address nor a network, and suggest the network where host bits are set."""
    network = parse_network(value)
    if network is None:
        raise ValidationError(
            _("“%(value)s” is neither an IP address nor a network such as 203.0.113.0/29."),
            code="network",
            params={"value": value},
        )
    if ipaddress.ip_address(value.partition("/")[0]) != network.network_address:
        raise ValidationError(
            _("“%(value)s” is an address inside a network. Enter %(network)s for the network or %(address)s alone."),
            code="host_bits",
            params={"value": value, "network": str(network), "address": value.partition("/")[0]},
        )
    if network.num_addresses > LARGEST_NETWORK:
        raise ValidationError(_("A network may hold at most 65,536 addresses (/16)."), code="network_size")
    check_address(network)


def parse_network(value: str) -> Network | None:
    """Return the network that `value` lies in, host bits allowed, or None."""
    try:
        return ipaddress.ip_network(value, strict=False)
    except ValueError:
        return None


def canonical_network(value: str) -> str:
    """Write an address without its mask and a network with its length; leave what is neither as it is."""
    try:
        network = ipaddress.ip_network(value)
    except ValueError:
        return value
    return str(network.network_address) if network.num_addresses == 1 else str(network)


def check_address(network: Network) -> None:
    """Refuse loopback, link-local, metadata, multicast, reserved and unspecified addresses that no setting allows."""
    if not _is_special(network):
        return
    for allowed in map(ipaddress.ip_network, settings.ALLOWED_SPECIAL_NETWORKS):
        if _within(network, allowed):
            return
    _refuse_special(canonical_network(str(network)))


def _is_special(network: Network) -> bool:
    if network.is_loopback or network.is_link_local or network.is_multicast or network.is_reserved:
        return True
    if isinstance(network, ipaddress.IPv4Network) and network.network_address in THIS_HOST:
        return True
    return any(network.version == held.version and network.overlaps(held) for held in METADATA_NETWORKS)


def _within(inner: Network, outer: Network) -> bool:
    if isinstance(inner, ipaddress.IPv4Network):
        return isinstance(outer, ipaddress.IPv4Network) and inner.subnet_of(outer)
    return isinstance(outer, ipaddress.IPv6Network) and inner.subnet_of(outer)


def _refuse_special(value: str) -> None:
    raise ValidationError(
        _("“%(value)s” is a loopback, link-local, multicast or reserved address: no customer or carrier is there."),
        code="special_address",
        params={"value": value},
    )
