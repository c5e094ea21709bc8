"""Compares the values of a live object of PJSIP with those of its file, however Asterisk writes them."""

import ipaddress
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from asterisk_sync.rendering.parser import PjsipObject

SECRET_KEYS = frozenset({"password", "md5_cred", "password_digest"})
# Options whose values come from the database. The others are the templates', and the same in every installation:
# comparing them would only have good sets refused by a release of Asterisk that writes a value in another way.
COMPARED = SECRET_KEYS - {"password_digest"} | {
    "accountcode",
    "allow",
    "aors",
    "auth",
    "callerid",
    "client_uri",
    "contact",
    "context",
    "from_domain",
    "from_user",
    "identify_by",
    "match",
    "max_contacts",
    "outbound_auth",
    "qualify_frequency",
    "server_uri",
    "set_var",
    "username",
}


def value_differences(wanted: PjsipObject, live: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each option that AMI shows with another value than `wanted` has; secrets are not shown."""
    differences = []
    values: dict[str, list[str]] = {}
    for key, value in wanted.options:
        if key in COMPARED:
            values.setdefault(key, []).append(value)
    for key, given in values.items():
        header = live.get(ami_header(key))
        if header is None or _agrees(key, given, str(header)):
            continue
        shown = "another value" if key in SECRET_KEYS else f"“{header}” instead of “{', '.join(given)}”"
        differences.append(f"{wanted.type} {wanted.name} has {shown} for {key}")
    return differences


@lru_cache(maxsize=256)
def ami_header(key: str) -> str:
    """Return the header in which AMI shows an option: `max_contacts` is in `MaxContacts`."""
    special = {"contact": "Contacts", "contacts": "Contacts"}
    return special.get(key) or "".join(part[:1].upper() + part[1:] for part in key.split("_"))


def _agrees(key: str, wanted: list[str], live: str) -> bool:
    if key in SECRET_KEYS:
        return wanted[-1] == live
    if key == "contact":
        return all(contact in live for contact in wanted)
    if key == "match":
        return _networks(",".join(wanted)) == _networks(live)
    if key == "callerid":
        return _caller_id(wanted[-1]) == _caller_id(live)
    if key == "allow":
        return _codecs(wanted) == _codecs([live.strip("()").replace("|", ",")])
    if key == "set_var":
        return set(wanted) == set(_split(live)) or ",".join(wanted) == live
    # Compared as texts first: a name may be `nan`, and as a number that is not equal to itself.
    return wanted[-1] == live or _plain(wanted[-1]) == _plain(live)


def _split(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def _codecs(values: list[str]) -> list[str]:
    return [codec for value in values for codec in _split(value) if codec not in {"all", "!all"}]


def _caller_id(value: str) -> str:
    # A number without a name comes back without its angle brackets.
    return "".join(value.translate({ord(mark): None for mark in '"<>'}).split())


def _networks(value: str) -> set[str]:
    return {_network(item) for item in _split(value)}


def _network(item: str) -> str:
    """Return one form of an address or network, whether its mask is a length or written out."""
    address, _slash, mask = item.partition("/")
    try:
        length = mask if mask.isdecimal() or not mask else str(int(ipaddress.ip_address(mask)).bit_count())
        return str(ipaddress.ip_network(f"{address}/{length}" if length else address, strict=False))
    except ValueError:
        # An address with a port comes back with a mask behind the port.
        return address


def _plain(value: str) -> object:
    """Return a value in one form, whether it is a number or a list in any order."""
    try:
        return float(value)
    except ValueError:
        return frozenset(_split(value))
