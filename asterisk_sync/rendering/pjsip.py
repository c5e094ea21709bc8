"""The values of the three pjsip files."""

import ipaddress
import zlib
from collections import Counter
from collections.abc import Iterable

from asterisk_sync.rendering.errors import RenderError
from asterisk_sync.rendering.views import RoutePlan
from asterisk_sync.snapshot import CustomerSnapshot, GatewaySnapshot, Snapshot

SUSPENDED_CONTEXT = "va-suspended"
INCOMING_CONTEXTS = {
    "automatic": "from-trunk",
    "e164": "from-trunk-e164",
    "national": "from-trunk-national",
    "trunk_zero": "from-trunk-zero",
}
QUALIFY_SECONDS = 60
QUALIFY_SPREAD = 16

Values = dict[str, object]


def qualify_seconds(name: str) -> int:
    """Return a period around a minute that differs from name to name, so that OPTIONS do not come in bursts."""
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
    return internal_context(customer) if customer.extensions else plan.view_of(customer.code).context


def gateway_values(snapshot: Snapshot) -> list[Values]:
    """Return what the template of gateways prints."""
    matches = _gateway_matches(snapshot.gateways)
    return [
        {
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
            "matches": matches[gateway.name],
        }
        for gateway in snapshot.gateways
    ]


def _gateway_matches(gateways: Iterable[GatewaySnapshot]) -> dict[str, list[str]]:
    """Name the addresses of each gateway: with its port where several share one, and each pair once."""
    shared = Counter(address for gateway in gateways for address in set(gateway.addresses))
    taken: set[str] = set()
    found: dict[str, list[str]] = {}
    for gateway in gateways:
        wanted = [
            address if shared[address] == 1 or ":" in address else f"{address}:{gateway.port}"
            for address in gateway.addresses
        ]
        found[gateway.name] = [match for match in wanted if match not in taken]
        taken.update(wanted)
    return found


def trunk_values(snapshot: Snapshot, plan: RoutePlan) -> list[Values]:
    """Return what the template of trunk customers prints; without an address there is no endpoint."""
    return [
        {
            "code": customer.code,
            "id": customer.id,
            "endpoint": customer.endpoint,
            "context": entry_context(customer, plan),
            "channel_limit": customer.channel_limit,
            "calls_per_second": customer.calls_per_second,
            "fallback": customer.caller_id_number or "anonymous",
            "view": plan.view_of(customer.code).label,
            "addresses": address_values(customer),
            "matches": sorted(address.network for address in customer.addresses),
        }
        for customer in snapshot.customers
        if customer.addresses
    ]


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


def extension_values(snapshot: Snapshot, plan: RoutePlan) -> list[Values]:
    """Return what the template of extensions prints, by customer; disabled extensions have no endpoint."""
    return [
        {
            "code": customer.code,
            "id": customer.id,
            "context": entry_context(customer, plan),
            "channel_limit": customer.channel_limit,
            "calls_per_second": customer.calls_per_second,
            "view": plan.view_of(customer.code).label,
            "extensions": [
                {
                    "username": extension.username,
                    "secret": extension.secret,
                    "number": extension.number,
                    "codecs": ",".join(extension.codecs),
                    "caller_id_name": extension.caller_id_name.strip(),
                    "caller": extension.caller_id_number or customer.caller_id_number or extension.number,
                    "max_contacts": extension.max_contacts,
                    "qualify_seconds": qualify_seconds(extension.username),
                }
                for extension in customer.extensions
                if extension.enabled
            ],
        }
        for customer in snapshot.customers
        if any(extension.enabled for extension in customer.extensions)
    ]


def check_identities(snapshot: Snapshot) -> None:
    """Refuse names and addresses that would make two objects one: Asterisk would freeze both, or mistake callers."""
    names = Counter(gateway.name for gateway in snapshot.gateways)
    names.update(extension.username for customer in snapshot.customers for extension in customer.extensions)
    for name, count in names.items():
        if count > 1:
            raise RenderError(f"{name} names two objects of SIP: rename one of them")
    networks = [
        (ipaddress.ip_network(address.network), customer.code)
        for customer in snapshot.customers
        for address in customer.addresses
    ]
    exact = {network.network_address: code for network, code in networks if network.num_addresses == 1}
    wide = [(network, code) for network, code in networks if network.num_addresses > 1]
    for gateway in snapshot.gateways:
        for address in map(ipaddress.ip_address, gateway.addresses):
            owner = exact.get(address) or next((code for network, code in wide if address in network), None)
            if owner:
                raise RenderError(f"{address} belongs to gateway {gateway.name} and to customer {owner}")
