"""The grammars of every value that may reach Asterisk: allow-lists, because its files have no escape for `${`.

Source: https://docs.asterisk.org/Fundamentals/Asterisk-Configuration/Asterisk-Configuration-Files/
"""

import ipaddress
import re
import unicodedata
from dataclasses import dataclass

CODECS = ("alaw", "ulaw", "g729", "g722", "opus", "gsm", "ilbc", "g726", "slin")

_PATTERN_BODY = re.compile(r"(?:[0-9XZN]|\[[0-9-]+\])+[.!]?")
_BRACKET = re.compile(r"\[([0-9-]*)\]")
_BRACKET_ITEM = re.compile(r"[0-9](?:-[0-9])?")
_HOST_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_DIALLED_NUMBER = re.compile(r"\+?[0-9]{1,20}")

CHARACTER_NAMES = {
    "\n": "line break",
    "\r": "line break",
    "\t": "tab",
    "\0": "NUL",
    ";": "semicolon",
    "[": "square bracket",
    "]": "square bracket",
    "{": "brace",
    "}": "brace",
    "$": "dollar sign",
    '"': "double quote",
    "\\": "backslash",
    "#": "number sign",
}


@dataclass(frozen=True)
class Grammar:
    """A set of allowed characters with a length; `first` narrows the first character."""

    characters: re.Pattern[str]
    minimum: int
    maximum: int

    def offending_character(self, value: str) -> tuple[int, str] | None:
        """Return the position (from 1) and the first character outside the set, or None."""
        for position, character in enumerate(value, start=1):
            if not self.characters.fullmatch(character):
                return position, character
        return None


CODE = Grammar(re.compile(r"[A-Za-z0-9_-]"), 1, 60)
SIP_USERNAME = Grammar(re.compile(r"[A-Za-z0-9_.+-]"), 3, 60)
SIP_SECRET = Grammar(re.compile(r"[A-Za-z0-9_.!%*+=~^?:-]"), 8, 80)
CALLER_ID_NAME = Grammar(re.compile(r"[\w .'-]"), 0, 40)
NAME = Grammar(re.compile(r"[\w .,'&()/ºª+:@-]"), 1, 120)


def describe_character(character: str) -> str:
    """Name a character so that an operator can find it: `semicolon (;)` or `U+0007`."""
    name = CHARACTER_NAMES.get(character)
    if name and character.isprintable():
        return f"{name} ({character})"
    if name:
        return name
    if character.isprintable():
        return character
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()


def pattern_fault(pattern: str) -> str | None:
    """Return why `pattern` is no Asterisk extension pattern (`_0ZZXXXXXXXX`, `_00.`, `190`), or None.

    Source: https://docs.asterisk.org/Configuration/Dialplan/Pattern-Matching/
    """
    body = pattern.removeprefix("_").removeprefix("+")
    if pattern.startswith("_") is False and not body.isdecimal():
        return "a pattern starts with an underscore, a plain number has digits only"
    if not _PATTERN_BODY.fullmatch(body):
        return "use digits, X (0-9), Z (1-9), N (2-9), sets like [1-5] and one . or ! at the end"
    if any(not _bracket_is_valid(inside) for inside in _BRACKET.findall(body)):
        return "a set in brackets lists digits or rising ranges, such as [19] or [2-5]"
    if not body.rstrip(".!"):
        return "a pattern needs at least one digit before the . or !"
    return None


def _bracket_is_valid(inside: str) -> bool:
    if not inside or not re.fullmatch(rf"(?:{_BRACKET_ITEM.pattern})+", inside):
        return False
    return all(item[0] <= item[-1] for item in _BRACKET_ITEM.findall(inside))


def is_host(value: str) -> bool:
    """Tell whether `value` is an IPv4 or IPv6 address or a host name (RFC 1123)."""
    if _is_address(value):
        return True
    labels = value.removesuffix(".").split(".")
    if len(value) > 253 or labels[-1].isdecimal():
        return False
    return all(_HOST_LABEL.fullmatch(label) for label in labels)


def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return "%" not in value


def is_dialled_number(value: str) -> bool:
    """Tell whether `value` is a number that may be dialled: digits, with one plus allowed in front."""
    return _DIALLED_NUMBER.fullmatch(value) is not None


def split_codecs(value: str) -> list[str]:
    """Split a comma-separated codec list, in order of preference."""
    return [codec.strip() for codec in value.split(",") if codec.strip()]
