"""Who takes part in the demo's calls: read from the panel's database."""

import ipaddress
import random
import re
from dataclasses import dataclass, field
from typing import Any

import django

from deploy.trial.traffic.sipp import Address, Credentials

MOST_PHONES = 8
PHONE_PORT = 5062
LONG = 8
FULL_LENGTH = 14
HOME, AREA, REST = "55", 2, 8
# Where the callers have relatives: Portugal, Argentina, the United States, the United Kingdom, Spain.
ABROAD = ("351211", "54114", "1212", "44207", "3491")
_SETS = {"X": "0123456789", "Z": "123456789", "N": "23456789"}
_PARTS = re.compile(r"\[[^\]]+\]|.")


@dataclass(frozen=True)
class Phone:
    """A registered extension of the demo."""

    customer: str
    number: str
    credentials: Credentials
    address: Address


@dataclass(frozen=True)
class Cast:
    """Everybody who can call or be called, on the loopback only."""

    carriers: dict[str, Address] = field(default_factory=dict)
    formats: dict[str, str] = field(default_factory=dict)
    receivers: dict[str, Address] = field(default_factory=dict)
    trunks: dict[str, Address] = field(default_factory=dict)
    phones: tuple[Phone, ...] = ()
    dids: tuple[tuple[str, str], ...] = ()
    patterns: tuple[str, ...] = ()


def is_loopback(host: str) -> bool:
    """Whether `host` is an address of this machine: calls to any other are never placed."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def load_cast(phone_prefix: str) -> Cast:
    """Read gateways, trunk addresses, extensions, numbers and routes."""
    django.setup(set_prefix=False)
    # Models can be imported only now that Django is set up.
    from customers.models import CustomerStatus, Extension, TrunkAddress  # noqa: PLC0415
    from numbering.models import DID, DIDStatus  # noqa: PLC0415
    from routing.models import Gateway, Route  # noqa: PLC0415

    gateways = [g for g in Gateway.objects.filter(enabled=True) if is_loopback(g.host)]
    trunks = [
        (trunk, str(ipaddress.ip_interface(str(trunk.network)).ip))
        for trunk in TrunkAddress.objects.select_related("customer").filter(customer__status=CustomerStatus.ACTIVE)
    ]
    extensions = Extension.objects.select_related("customer").filter(
        enabled=True, customer__status=CustomerStatus.ACTIVE
    )
    return Cast(
        carriers={g.name: Address(g.host, g.port) for g in gateways},
        formats={g.name: g.number_format for g in gateways},
        receivers={
            f"{trunk.customer.code} {host}": Address(host, trunk.port)
            for trunk, host in trunks
            if is_loopback(host) and trunk.receives_calls
        },
        trunks={trunk.customer.code: Address(host) for trunk, host in trunks if is_loopback(host)},
        phones=tuple(
            _phone(extension, f"{phone_prefix}.{position + 1}")
            for position, extension in enumerate(extensions.order_by("created_at")[:MOST_PHONES])
        ),
        # A number that came to no gateway in particular comes in through the first.
        dids=tuple(
            (did.number, did.gateway.name if did.gateway else gateways[0].name)
            for did in DID.objects.select_related("gateway").filter(status=DIDStatus.ALLOCATED)[:200]
            if gateways and (did.gateway is None or did.gateway in gateways)
        ),
        patterns=tuple(Route.objects.filter(enabled=True).values_list("pattern", flat=True)[:100]),
    )


def _phone(extension: Any, host: str) -> Phone:
    return Phone(
        customer=extension.customer.code,
        number=extension.number,
        credentials=Credentials(extension.sip_username, extension.secret),
        address=Address(host, PHONE_PORT),
    )


def likely_number(patterns: tuple[str, ...]) -> str:
    """Return a number that one of the patterns matches; short ones, such as emergency calls, are rare."""
    numbers = [number_for(pattern) for pattern in patterns]
    return random.choices(numbers, weights=[1.0 if len(number) >= LONG else 0.05 for number in numbers])[0]


def number_for(pattern: str) -> str:
    """Return a random number that an Asterisk pattern matches; an open end becomes a number of full length."""
    if not pattern.startswith("_"):
        return pattern
    body = pattern[1:].rstrip(".!")
    number = "".join(_digits(part) for part in _PARTS.findall(body))
    if body == pattern[1:]:
        return number
    if number == "00":
        number += random.choice(ABROAD)
    elif len(number.removeprefix("0" if number.startswith("0") else HOME)) == AREA:
        # What is open behind an area is a mobile's number.
        return number + "9" + "".join(random.choices(_SETS["X"], k=REST))
    return number + "".join(random.choices(_SETS["X"], k=max(1, FULL_LENGTH - len(number))))


def _digits(part: str) -> str:
    if part.startswith("["):
        return random.choice(_members(part[1:-1]))
    return random.choice(_SETS.get(part, part))


def _members(body: str) -> str:
    spans = re.findall(r"(\d)-(\d)|(\d)", body)
    return "".join(single or "".join(str(n) for n in range(int(low), int(high) + 1)) for low, high, single in spans)


def written_by_carrier(e164: str, number_format: str) -> str:
    """Return a number as a carrier of that format writes it; `automatic` writes any way."""
    national = e164.removeprefix("55")
    ways = {"e164": [e164, f"+{e164}"], "national": [national], "trunk_zero": [f"0{national}"]}
    return random.choice(ways.get(number_format, [e164, f"+{e164}", f"0{national}"]))
