"""The three PJSIP files, made of a fragment for each object."""

import ipaddress
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from asterisk_sync.rendering.engine import Values, fragment, joined
from asterisk_sync.rendering.errors import RenderError
from asterisk_sync.rendering.route_plan import RoutePlan
from asterisk_sync.snapshot.values import CustomerSnapshot, ExtensionSnapshot, GatewaySnapshot, Snapshot

SUSPENDED_CONTEXT = "va-suspended"
INCOMING_CONTEXTS = {
    "automatic": "from-trunk",
    "e164": "from-trunk-e164",
    "national": "from-trunk-national",
    "trunk_zero": "from-trunk-zero",
}
QUALIFY_SECONDS = 60
QUALIFY_SPREAD = 16

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def qualify_seconds(name: str) -> int:
    """Return 52 to 67 seconds, by the name alone: OPTIONS to many peers do not come at once, and files stay equal."""
    return QUALIFY_SECONDS - QUALIFY_SPREAD // 2 + zlib.crc32(name.encode()) % QUALIFY_SPREAD


def sip_uri(host: str, port: int, transport: str, user: str = "") -> str:
    """Return a SIP URI; the semicolon of its transport is escaped for the file."""
    literal = f"[{host}]" if ":" in host else host
    account = f"{user}@" if user else ""
    suffix = "" if transport == "udp" else f"\\;transport={transport}"
    return f"sip:{account}{literal}:{port}{suffix}"


def internal_context(customer: CustomerSnapshot) -> str:
    """Return the context that holds an extension customer's numbers."""
    return f"from-internal-{customer.code}"


def entry_context(customer: CustomerSnapshot, plan: RoutePlan) -> str:
    """Return the context into which the customer's own calls come."""
    if not customer.active:
        return SUSPENDED_CONTEXT
    return internal_context(customer) if customer.extensions else plan.search_path_of(customer.code).context


@fragment("pjsip_gateways.conf")
def _of_all_gateways() -> Values:
    return {}


@fragment("pjsip_gateways/gateway.conf")
def _gateway(gateway: GatewaySnapshot, matches: tuple[str, ...]) -> Values:
    return {
        "name": gateway.name,
        "id": gateway.id,
        "context": INCOMING_CONTEXTS[gateway.number_format],
        "codecs": ",".join(gateway.codecs),
        "channel_limit": gateway.channel_limit,
        "authenticates": bool(gateway.username and gateway.secret),
        "registers": gateway.registers,
        "username": gateway.username,
        "secret": gateway.secret,
        "host": gateway.host,
        "contact": sip_uri(gateway.host, gateway.port, gateway.transport),
        "account": sip_uri(gateway.host, gateway.port, gateway.transport, gateway.username),
        "qualify": gateway.qualify,
        "qualify_seconds": qualify_seconds(gateway.name),
        "matches": matches,
    }


def gateways_text(snapshot: Snapshot) -> str:
    """Return the file of gateways, in descending order like that of trunk customers: see `trunks_text`."""
    matches = _gateway_matches(snapshot.gateways)
    gateways = sorted(snapshot.gateways, key=lambda gateway: gateway.name, reverse=True)
    return joined(_of_all_gateways(), *(_gateway(gateway, matches[gateway.name]) for gateway in gateways))


def _gateway_matches(gateways: Iterable[GatewaySnapshot]) -> dict[str, tuple[str, ...]]:
    """Return the addresses of each gateway for its `identify`.

    An address that several gateways share is named with the port of each. A pair of address and port is the first
    gateway's alone: in two of them Asterisk would take either.
    """
    shared = Counter(address for gateway in gateways for address in set(gateway.addresses))
    taken: set[str] = set()
    found: dict[str, tuple[str, ...]] = {}
    for gateway in gateways:
        wanted = [
            address if shared[address] == 1 or ":" in address else f"{address}:{gateway.port}"
            for address in gateway.addresses
        ]
        found[gateway.name] = tuple(match for match in wanted if match not in taken)
        taken.update(wanted)
    return found


@fragment("pjsip_customer_trunks.conf")
def _of_all_trunks() -> Values:
    return {}


@fragment("pjsip_customer_trunks/trunk.conf")
def _trunk(customer: CustomerSnapshot, context: str, path_label: str) -> Values:
    return {
        "code": customer.code,
        "id": customer.id,
        "endpoint": customer.endpoint,
        "context": context,
        "channel_limit": customer.channel_limit,
        "calls_per_second": customer.calls_per_second,
        "fallback": customer.caller_id_number or "anonymous",
        "path_label": path_label,
        "home_area": customer.home_area,
        "addresses": address_values(customer),
        "matches": sorted(address.network for address in customer.addresses),
    }


def trunks_text(snapshot: Snapshot, plan: RoutePlan) -> str:
    """Return the file of trunk customers; one without an address gets no endpoint.

    The order is descending, by name: for each request that comes from an address Asterisk makes a list of all
    identifies, sorted by name, and looks for the place of each one from the front. In descending order each place is
    the front; otherwise the time grows with the square of their number. The names of trunk customers' identifies begin
    with a plus, which sorts before the names of gateways, whose file is read first.
    """
    trunks = [
        _trunk(customer, entry_context(customer, plan), plan.search_path_of(customer.code).label)
        for customer in sorted(snapshot.customers, key=lambda customer: customer.code, reverse=True)
        if customer.addresses
    ]
    return joined(_of_all_trunks(), *trunks)


def address_values(customer: CustomerSnapshot) -> list[Values]:
    """Return the addresses that receive calls, in order, each with the name of its aor."""
    return [
        {
            "aor": f"{customer.endpoint}.{place}",
            "contact": sip_uri(address.network, address.port, address.transport),
            "qualify_seconds": qualify_seconds(f"{customer.endpoint}.{place}"),
        }
        for place, address in enumerate(customer.receiving_addresses, start=1)
    ]


@fragment("pjsip_extensions.conf")
def _of_all_extensions() -> Values:
    return {}


@fragment("pjsip_extensions/heading.conf")
def _heading(code: str) -> Values:
    return {"code": code}


@fragment("pjsip_extensions/customer.conf")
def _of_customer(customer: CustomerSnapshot, context: str, path_label: str) -> Values:
    return {
        "code": customer.code,
        "id": customer.id,
        "context": context,
        "channel_limit": customer.channel_limit,
        "calls_per_second": customer.calls_per_second,
        "path_label": path_label,
    }


@fragment("pjsip_extensions/extension.conf")
def _extension(extension: ExtensionSnapshot, customer_caller: str, customer_area: str) -> Values:
    return {
        "username": extension.username,
        "secret": extension.secret,
        "number": extension.number,
        "codecs": ",".join(extension.codecs),
        "caller_id_name": extension.caller_id_name.strip(),
        "caller": extension.caller_id_number or customer_caller or extension.number,
        "max_contacts": extension.max_contacts,
        "home_area": extension.home_area or customer_area,
        "qualify_seconds": qualify_seconds(extension.username),
    }


def extensions_text(snapshot: Snapshot, plan: RoutePlan) -> str:
    """Return the file of extensions, by customer; a disabled extension gets no endpoint."""
    parts = [_of_all_extensions()]
    for customer in snapshot.customers:
        enabled = [extension for extension in customer.extensions if extension.enabled]
        if not enabled:
            continue
        entry, path_label = entry_context(customer, plan), plan.search_path_of(customer.code).label
        shared = _of_customer(replace(customer, extensions=()), entry, path_label)
        parts.append(_heading(customer.code))
        # The endpoint is the last section of an extension's text, and goes on with the lines that its customer decides:
        # a change of the customer renders one fragment, not one for each extension.
        parts += [
            _extension(extension, customer.caller_id_number, customer.home_area) + shared for extension in enabled
        ]
    return joined(*parts)


def check_identities(snapshot: Snapshot) -> None:
    """Raise RenderError for a SIP name of two objects, or an address of a gateway and a customer.

    Of a double name Asterisk freezes all objects of the type; of a double address it takes either for the caller.
    """
    names = Counter(gateway.name for gateway in snapshot.gateways)
    names.update(extension.username for customer in snapshot.customers for extension in customer.extensions)
    for name, count in names.items():
        if count > 1:
            raise RenderError(f"{name} names two objects of SIP: rename one of them")
    networks = [
        (_network(address.network), customer.code) for customer in snapshot.customers for address in customer.addresses
    ]
    exact = {network.network_address: code for network, code in networks if _is_one_address(network)}
    wide = [(network, code) for network, code in networks if not _is_one_address(network)]
    for gateway in snapshot.gateways:
        for address in map(ipaddress.ip_address, gateway.addresses):
            owner = exact.get(address) or next((code for network, code in wide if address in network), None)
            if owner:
                raise RenderError(f"{address} belongs to gateway {gateway.name} and to customer {owner}")


@lru_cache(maxsize=1 << 16)
def _network(text: str) -> Network:
    return ipaddress.ip_network(text)


def _is_one_address(network: Network) -> bool:
    return network.prefixlen == network.max_prefixlen
