"""A fixed snapshot with one of everything, in documentation addresses."""

from typing import Any
from uuid import UUID

from asterisk_sync.snapshot.values import (
    AuthorizerSnapshot,
    CustomerSnapshot,
    DIDSnapshot,
    ExtensionSnapshot,
    GatewaySnapshot,
    RouteSnapshot,
    RouteStepSnapshot,
    Snapshot,
    TrunkAddressSnapshot,
)
from routing.route_lines import route_lines
from tests.core.numbers.plans import BRAZIL


def new_id(number: int) -> UUID:
    """Return the id with that number."""
    return UUID(int=0x0190_0000_0000_7000_8000_0000_0000_0000 + number)


def extension(number: int, digits: str, **fields: Any) -> ExtensionSnapshot:
    """Return an enabled extension with one device."""
    values: dict[str, Any] = {
        "caller_id_name": "", "caller_id_number": "", "codecs": ("alaw", "ulaw"), "max_contacts": 1,
        "forward_to": "", "enabled": True, "secret": f"{number:032x}",
    }  # fmt: skip
    return ExtensionSnapshot(id=new_id(number), number=digits, username=f"u{number:015x}", **(values | fields))


def gateway(number: int, name: str, host: str, **fields: Any) -> GatewaySnapshot:
    """Return a gateway that is known by its address."""
    values: dict[str, Any] = {
        "addresses": (host,), "port": 5060, "transport": "udp", "codecs": ("alaw", "ulaw"), "registers": False,
        "username": "", "secret": "", "tech_prefix": "", "strip_digits": 0, "prepend": "",
        "number_format": "automatic", "sent_format": "as_dialled", "carrier_code": "", "caller_id_rule": "keep",
        "caller_id_number": "", "channel_limit": 30, "qualify": True, "reroute_forbidden": False,
    }  # fmt: skip
    return GatewaySnapshot(id=new_id(number), name=name, host=host, **(values | fields))


def route(number: int, pattern: str, priority: int, *gateways: str, **fields: Any) -> RouteSnapshot:
    """Return a route over the gateways in order."""
    values: dict[str, Any] = {
        "lines": route_lines(pattern, BRAZIL), "by_weight": False, "strip_digits": 0, "prepend": "",
        "caller_id_number": "", "ring_seconds": 60, "steps": tuple(RouteStepSnapshot(name, 100) for name in gateways),
    }  # fmt: skip
    return RouteSnapshot(id=new_id(number), pattern=pattern, priority=priority, **(values | fields))


def address(network: str, **fields: Any) -> TrunkAddressSnapshot:
    """Return an address, or a network that only calls."""
    values: dict[str, Any] = {"port": 5060, "transport": "udp", "receives_calls": "/" not in network, "priority": 1}
    return TrunkAddressSnapshot(network=network, **(values | fields))


def customer(number: int, code: str, **fields: Any) -> CustomerSnapshot:
    """Return an active customer."""
    values: dict[str, Any] = {
        "type": "trunk", "active": True, "channel_limit": 10, "calls_per_second": 5, "caller_id_number": "",
    }  # fmt: skip
    return CustomerSnapshot(id=new_id(number), code=code, **(values | fields))


RECEPTION = extension(22, "1002", max_contacts=3, caller_id_number="551140001002")
AWAY = extension(23, "1003", forward_to="11999990000")


def example_customers() -> tuple[CustomerSnapshot, CustomerSnapshot, CustomerSnapshot]:
    """Return one by trunk, one with extensions, and one that is stopped."""
    acme = customer(
        1,
        "ACME",
        caller_id_number="551130001000",
        addresses=(
            address("203.0.113.7"),
            address("203.0.113.8", priority=2, transport="tcp"),
            address("203.0.113.64/29"),
            address("2001:db8::7", priority=3, port=5080),
        ),
    )
    clinic = customer(
        2,
        "CLINICA",
        type="extension",
        caller_id_number="551140001000",
        extensions=(
            extension(21, "1001", caller_id_name="João de Ávila"),
            RECEPTION,
            AWAY,
            extension(24, "1004", enabled=False, secret=""),
        ),
        has_conferences=True,
    )
    stopped = customer(3, "PARADO", active=False, addresses=(address("203.0.113.9"),))
    return acme, clinic, stopped


def example_gateways() -> tuple[GatewaySnapshot, ...]:
    """Return one by address, one that registers, and one that cannot be found."""
    registering = gateway(
        12, "GW_Reg", "sip.example.com", addresses=("198.51.100.4", "198.51.100.5"), registers=True, username="5511",
        secret="abcdefgh12", transport="tls", port=5061, caller_id_rule="national", tech_prefix="1234#", strip_digits=1,
        prepend="55", reroute_forbidden=True, number_format="national",
    )  # fmt: skip
    lost = gateway(13, "GW_Lost", "gone.example.com", addresses=(), qualify=False, caller_id_rule="e164_plus")
    return gateway(11, "GW_Vivo_SP", "200.200.200.200"), registering, lost


def example() -> Snapshot:
    """Return the snapshot of the golden files."""
    acme, clinic, stopped = example_customers()
    weighted = (RouteStepSnapshot("GW_Reg", 300), RouteStepSnapshot("GW_Vivo_SP", 700))
    return Snapshot(
        plan=BRAZIL,
        customers=(acme, clinic, stopped),
        gateways=example_gateways(),
        routes=(
            route(31, "_0ZZXXXXXXXX", 10, "GW_Vivo_SP", "GW_Reg"),
            route(32, "_0ZZ9XXXXXXXX", 10, by_weight=True, steps=weighted, strip_digits=1, prepend="55"),
            route(33, "_0Z.", 10, "GW_Vivo_SP"),
            route(34, "_00.", 20, "GW_Reg", customers=("ACME",)),
            route(35, "_X.", 30, "GW_Lost", caller_id_number="551150001000", ring_seconds=30),
        ),
        dids=(
            DIDSnapshot(new_id(41), "551140001000", "GW_Vivo_SP", "ACME", "trunk"),
            DIDSnapshot(new_id(42), "551140001001", "", "CLINICA", "extension", extension=RECEPTION.username),
            DIDSnapshot(new_id(43), "551140001002", "", "CLINICA", "forward", forward_to="+5511988887777"),
            DIDSnapshot(new_id(44), "551140001003", "", "PARADO", "trunk"),
            DIDSnapshot(new_id(45), "551140001004", "", "CLINICA", "extension", extension=AWAY.username),
            DIDSnapshot(new_id(46), "551140001005", "", "CLINICA", "trunk", conference=new_id(61).hex),
        ),
        authorizer=AuthorizerSnapshot(
            "127.0.0.1", 4573, new_id(51), "5e" * 32, (clinic.id,), ((acme.id, 7200),), ("55900", "881")
        ),
    )
