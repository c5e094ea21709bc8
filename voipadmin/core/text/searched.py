"""What somebody types into the search, read once: words, digits of a number, or an address; pure."""

import ipaddress
import re
from dataclasses import dataclass

from voipadmin.core.text.addresses import Network, parse_network

# What people put between the digits of a number, and nothing else.
PUNCTUATION = str.maketrans("", "", " ()-./\u00a0\u2010\u2011\u2012\u2013")
LONGEST_NUMBER = 40
OCTETS, GROUPS = 4, 8

_OCTET = re.compile(r"0|[1-9][0-9]{0,2}")
_V6 = re.compile(r"[0-9A-Fa-f]{1,4}:[0-9A-Fa-f:]*(/[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class SearchText:
    """What is searched for: the `text`, its `digits` where it is written like a number, or the network it names.

    `200.1` and `200.1.` name every address that begins so: they are never digits of a number.
    """

    text: str
    digits: str = ""
    network: Network | None = None

    @property
    def fragment(self) -> str:
        """The digits as they stand inside of a number of E.164: without the zeros that are dialled in front."""
        return self.digits.lstrip("0")


def read_search(typed: str) -> SearchText:
    """Read what was typed; text that cannot be seen is left out."""
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in typed).split())
    network = _network(text)
    if network is not None:
        return SearchText(text, network=network)
    plain = text.translate(PUNCTUATION)
    digits = plain.removeprefix("+")
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_NUMBER
    return SearchText(text, digits if is_number else "")


def _network(text: str) -> Network | None:
    """Return the network of an address, or of all addresses that begin as `text` does."""
    begin, slash, length = text.partition("/")
    octets = begin.removesuffix(".").split(".")
    if "." in begin and len(octets) <= OCTETS and all(map(_OCTET.fullmatch, octets)):
        padded = ".".join(octets + ["0"] * (OCTETS - len(octets)))
        return parse_network(f"{padded}/{length if slash else 8 * len(octets)}")
    if _V6.fullmatch(text) is None:
        return None
    whole = parse_network(text)
    if whole is not None or "/" in text or "::" in text:
        return whole
    groups = text.rstrip(":").split(":")
    return parse_network(f"{':'.join(groups)}::/{16 * len(groups)}") if len(groups) < GROUPS else None


def begins_within(host: str, network: Network) -> bool:
    """Tell whether a host is an address of a network; names are in none."""
    try:
        return ipaddress.ip_address(host) in network
    except ValueError:
        return False
