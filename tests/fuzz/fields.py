"""The fields of which a value reaches Asterisk: the model's own checks, the guard's, and a source of good values."""

import random
import string
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from asterisk_sync.rendering.guard import GuardError, guard
from customers.models import Customer, Extension, TrunkAddress
from numbering.models import DID, DIDAllocation
from routing.models import Gateway, Route, SentFormat
from voipadmin.core.text import grammar

Good = Callable[[random.Random], Any]

LETTERS = string.ascii_letters + string.digits + "_-"


def text(characters: str, shortest: int, longest: int) -> Good:
    """Return a source of strings."""
    return lambda chance: "".join(chance.choices(characters, k=chance.randint(shortest, longest)))


def number(lowest: int, highest: int) -> Good:
    """Return a source of numbers."""
    return lambda chance: chance.randint(lowest, highest)


def one_of(*values: str) -> Good:
    """Return a source of some of a few values."""
    return lambda chance: chance.choice(values)


def optional(source: Good) -> Good:
    """Return a source that is often empty."""
    return lambda chance: source(chance) if chance.random() < 0.6 else ""


def codecs(chance: random.Random) -> str:
    """Return a list of codecs."""
    return ",".join(chance.sample(grammar.CODECS, chance.randint(1, 4)))


def pattern(chance: random.Random) -> str:
    """Return an extension pattern."""
    body = "".join(
        chance.choice(("0", "1", "5", "9", "X", "Z", "N", "[2-5]", "[19]")) for _ in range(chance.randint(1, 9))
    )
    return f"_{chance.choice(('', '', '+'))}{body}{chance.choice(('', '', '.', '!'))}"


def network(chance: random.Random) -> str:
    """Return an address or a network that may be a customer's."""
    if chance.random() < 0.2:
        return f"2001:db8:{chance.randint(1, 0xFFFE):x}::{chance.randint(1, 0xFFFE):x}"
    first = f"203.{chance.randint(0, 99)}.{chance.randint(0, 255)}"
    return f"{first}.{chance.randint(1, 254)}" if chance.random() < 0.8 else f"{first}.0/24"


def host(chance: random.Random) -> str:
    """Return a carrier's host."""
    if chance.random() < 0.5:
        return f"sip{chance.randint(1, 999)}.carrier-{chance.randint(1, 99)}.example.com"
    return f"198.51.{chance.randint(0, 255)}.{chance.randint(1, 254)}"


E164 = text(string.digits[1:], 8, 15)
SECRET = text(string.ascii_letters + string.digits + ".!%*+=~^?:_-", 8, 40)


@dataclass(frozen=True)
class Field:
    """A field with the grammars by which the guard checks it where it is printed."""

    label: str
    column: "models.Field[Any, Any]"
    guards: tuple[str, ...]
    good: Good

    def saved(self, value: object) -> tuple[bool, Any]:
        """Return whether the form takes the value, and what it would save; without a form that is the value itself."""
        try:
            return True, self.column.clean(value, None)
        except ValidationError:
            return False, value

    def is_guarded(self, value: object) -> bool:
        """Tell whether the guard lets the value through, wherever it came from."""
        if self.column.choices is not None:
            return value in dict(self.column.flatchoices)
        parts = str(value).split(",") if self.guards == ("codecs",) else [str(value)]
        if value == "" and self.column.blank:
            return True
        try:
            for kind in self.guards:
                guard(",".join(parts), kind)
        except GuardError:
            return False
        return True


def field(model: type[models.Model], name: str, good: Good, *guards: str) -> Field:
    """Describe one field of a model."""
    column: Any = model._meta.get_field(name)
    return Field(f"{model._meta.model_name}.{name}", column, guards, good)


GATEWAY = {
    "name": field(Gateway, "name", text(LETTERS, 3, 40), "name", "endpoint"),
    "host": field(Gateway, "host", host, "host"),
    "port": field(Gateway, "port", number(1, 65_535), "integer"),
    "transport": field(Gateway, "transport", one_of("udp", "tcp", "tls")),
    "codecs": field(Gateway, "codecs", codecs, "codecs"),
    "username": field(Gateway, "username", optional(text(LETTERS + ".+", 3, 30)), "username"),
    "secret": field(Gateway, "secret", optional(SECRET), "secret"),
    "tech_prefix": field(Gateway, "tech_prefix", optional(text("0123456789*#", 1, 8)), "tech_prefix"),
    "strip_digits": field(Gateway, "strip_digits", number(0, 15), "integer"),
    "prepend": field(Gateway, "prepend", optional(text(string.digits, 1, 8)), "prepend"),
    "number_format": field(Gateway, "number_format", one_of("automatic", "e164", "national", "trunk_zero")),
    "sent_format": field(Gateway, "sent_format", one_of(*SentFormat.values)),
    "carrier_code": field(Gateway, "carrier_code", text(string.digits, 2, 2), "digits"),
    "caller_id_rule": field(Gateway, "caller_id_rule", one_of("keep", "e164", "e164_plus", "national", "fixed")),
    "caller_id_number": field(Gateway, "caller_id_number", E164, "digits"),
    "channel_limit": field(Gateway, "channel_limit", number(1, 10_000), "integer"),
}
CUSTOMER = {
    "code": field(Customer, "code", text(LETTERS, 3, 30), "name"),
    "channel_limit": field(Customer, "channel_limit", number(1, 10_000), "integer"),
    "calls_per_second": field(Customer, "calls_per_second", number(1, 500), "integer"),
    "caller_id_number": field(Customer, "caller_id_number", optional(E164), "digits"),
    "home_area": field(Customer, "home_area", optional(one_of("11", "21", "48")), "digits"),
}
ADDRESS = {
    "network": field(TrunkAddress, "network", network, "match"),
    "port": field(TrunkAddress, "port", number(1, 65_535), "integer"),
    "transport": field(TrunkAddress, "transport", one_of("udp", "tcp", "tls")),
    "priority": field(TrunkAddress, "priority", number(1, 9_999), "integer"),
}
EXTENSION = {
    "number": field(Extension, "number", text(string.digits[1:], 3, 10), "digits"),
    "username": field(Extension, "sip_username", lambda chance: f"u{chance.getrandbits(60):015x}", "endpoint"),
    "secret": field(Extension, "secret", SECRET, "secret"),
    "caller_id_name": field(
        Extension, "caller_id_name", optional(text(string.ascii_letters + "àçãéõ", 3, 30)), "caller_name"
    ),
    "caller_id_number": field(Extension, "caller_id_number", optional(E164), "digits"),
    "home_area": field(Extension, "home_area", optional(one_of("11", "21", "48")), "digits"),
    "codecs": field(Extension, "codecs", codecs, "codecs"),
    "max_contacts": field(Extension, "max_contacts", number(1, 10), "integer"),
    "forward_to": field(
        Extension, "forward_to", lambda chance: "" if chance.random() < 0.7 else E164(chance), "number"
    ),
}
ROUTE = {
    "pattern": field(Route, "pattern", pattern, "pattern"),
    "priority": field(Route, "priority", number(1, 5), "integer"),
    "strip_digits": field(Route, "strip_digits", number(0, 3), "integer"),
    "prepend": field(Route, "prepend", optional(text(string.digits, 1, 8)), "prepend"),
    "caller_id_number": field(Route, "caller_id_number", optional(E164), "digits"),
    "ring_seconds": field(Route, "ring_seconds", number(5, 300), "integer"),
}
DID_NUMBER = {
    "number": field(DID, "number", E164, "digits"),
    "forward_to": field(DIDAllocation, "forward_to", optional(text(string.digits, 3, 15)), "number"),
}
