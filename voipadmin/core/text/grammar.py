"""The grammars of every value that may reach Asterisk: allow-lists, because its files have no escape for `${`.

Source: https://docs.asterisk.org/Fundamentals/Asterisk-Configuration/Asterisk-Configuration-Files/
"""

import ipaddress
import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

CODECS = ("alaw", "ulaw", "g729", "g722", "opus", "gsm", "ilbc", "g726", "slin")

# pjsip sections of every kind share one namespace: these are taken by the generated files and by Asterisk itself.
# Trunk endpoints hold a dot, extension ids have a shape of their own: a gateway name can be neither.
RESERVED_IDS = ("anonymous", "default", "general", "global", "globals", "system")
RESERVED_ID_PREFIXES = ("gen-", "tpl-", "transport-")
EXTENSION_ID_SHAPE = r"u[0-9a-f]{15}"
RESERVED_ID_SHAPE = rf"({'|'.join(RESERVED_IDS)}|({'|'.join(RESERVED_ID_PREFIXES)}).*|{EXTENSION_ID_SHAPE})"

PATTERN_SHAPE = r"_?\+?([0-9XZN]|\[[0-9-]+\])+[.!]?"
CODECS_SHAPE = r"[a-z0-9]+(,[a-z0-9]+)*"
CODE_SHAPE = r"[A-Za-z0-9_-]+"
AREA_SHAPE = r"^[0-9]{0,5}$"
HOST_SHAPE = r"[A-Za-z0-9.:-]+"

_PATTERN_BODY = re.compile(r"(?:[0-9XZN]|\[[0-9-]+\])+[.!]?")
_PATTERN_ITEM = re.compile(r"[0-9XZN.]|\[[0-9-]+\]")
_BRACKET = re.compile(r"\[([0-9-]*)\]")
_BRACKET_ITEM = re.compile(r"[0-9](?:-[0-9])?")
_HOST_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_NUMERIC_LABEL = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")
_DIALLED_NUMBER = re.compile(r"\+?[0-9]{1,20}")

_EXPRESSION = _("Asterisk would run it as an expression")
_QUOTE = _("it would end a quoted value")
_SEPARATOR = _("it separates values in Asterisk's files")
_SECTION = _("it begins a section in Asterisk's files")
_LINE = _("it would begin a line of its own in Asterisk's files")
_UNSEEN = _("it cannot be seen")

# character -> what an operator calls it, and why it is refused
CHARACTERS = {
    "\n": (_("line break"), _LINE),
    "\r": (_("line break"), _LINE),
    "\t": (_("tab"), _UNSEEN),
    "\0": (_("NUL"), _UNSEEN),
    " ": (_("space"), ""),
    ";": (_("semicolon"), _("it begins a comment in Asterisk's files")),
    "[": (_("square bracket"), _SECTION),
    "]": (_("square bracket"), _SECTION),
    "(": (_("parenthesis"), _SECTION),
    ")": (_("parenthesis"), _SECTION),
    "{": (_("brace"), _EXPRESSION),
    "}": (_("brace"), _EXPRESSION),
    "$": (_("dollar sign"), _EXPRESSION),
    '"': (_("double quote"), _QUOTE),
    "'": (_("single quote"), _QUOTE),
    "\\": (_("backslash"), _("it changes the meaning of the character after it")),
    "#": (_("number sign"), _("it begins an instruction in Asterisk's files")),
    ",": (_("comma"), _SEPARATOR),
    "&": (_("ampersand"), _SEPARATOR),
    "|": (_("vertical bar"), _SEPARATOR),
    "=": (_("equals sign"), _SEPARATOR),
    ">": (_("greater-than sign"), _SEPARATOR),
    "<": (_("less-than sign"), _SEPARATOR),
    "@": (_("at sign"), _SEPARATOR),
    "/": (_("slash"), _SEPARATOR),
}


@dataclass(frozen=True)
class Grammar:
    """The allowed characters of a value, its length and, where that is not all, its shape.

    `allowed` says the characters in words, `expected` says what to enter.
    """

    characters: re.Pattern[str]
    minimum: int
    maximum: int
    allowed: str
    expected: str = ""
    shape: re.Pattern[str] | None = None

    def offending_character(self, value: str) -> tuple[int, str] | None:
        """Return the position (from 1) and the first character outside the set, or None."""
        for position, character in enumerate(value, start=1):
            if not self.characters.fullmatch(character):
                return position, character
        return None

    def has_shape(self, value: str) -> bool:
        """Tell whether length and shape are right."""
        fits = self.minimum <= len(value) <= self.maximum
        return fits and (self.shape is None or self.shape.fullmatch(value) is not None)


_DIGITS = re.compile(r"[0-9]")
# Latin only: letters of other alphabets that look the same would let one name pass for another.
_LATIN = "A-Za-zÀ-ÖØ-öø-ÿĀ-ž"

CODE = Grammar(re.compile(r"[A-Za-z0-9_-]"), 1, 60, _("letters without accents, digits, - and _"))
USERNAME = Grammar(re.compile(r"[A-Za-z0-9_.@+-]"), 1, 60, _("letters without accents, digits and . _ @ + -"))
SIP_USERNAME = Grammar(re.compile(r"[A-Za-z0-9_.+-]"), 1, 60, _("letters without accents, digits and . _ + -"))
SIP_SECRET = Grammar(re.compile(r"[A-Za-z0-9_.!%*+=~^?:-]"), 8, 80, _("letters, digits and . ! % * + = ~ ^ ? : _ -"))
CALLER_ID_NAME = Grammar(re.compile(rf"[{_LATIN}0-9_ .-]"), 0, 40, _("letters, digits, spaces and . - _"))
NAME = Grammar(
    re.compile(rf"[{_LATIN}0-9_ .,'&()/ºª+:@-]"), 1, 120, _("letters, digits, spaces and . , ' & ( ) / + : @ -")
)
E164 = Grammar(
    _DIGITS,
    7,
    15,
    _("digits"),
    _("Enter the number in E.164 without the plus: country code, area code and number, 7 to 15 digits."),
    re.compile(r"[1-9][0-9]{6,14}"),
)
AREA = Grammar(_DIGITS, 0, 5, _("digits"), _("An area code has at most 5 digits: 11."))
EXTENSION_NUMBER = Grammar(_DIGITS, 2, 10, _("digits"), _("An extension number has 2 to 10 digits."))
EXTENSION_ID = Grammar(
    re.compile(r"[u0-9a-f]"),
    16,
    16,
    _("the letter u and hexadecimal digits"),
    _("A SIP user name is the letter u and 15 hexadecimal digits."),
    re.compile(EXTENSION_ID_SHAPE),
)
TECH_PREFIX = Grammar(
    re.compile(r"[0-9*#+]"),
    0,
    20,
    _("digits, * and #, with one + in front"),
    _("Use at most 20 digits, * and #."),
    re.compile(r"\+?[0-9*#]*"),
)
PREFIX_DIGITS = Grammar(
    re.compile(r"[0-9+]"),
    0,
    20,
    _("digits, with one + in front"),
    _("Use digits only (at most 20)."),
    re.compile(r"\+?[0-9]*"),
)
DIALLED_NUMBER = Grammar(
    re.compile(r"[0-9+]"),
    1,
    21,
    _("digits, with one + in front"),
    _("Enter a number to dial: up to 20 digits, with a plus in front if needed."),
    _DIALLED_NUMBER,
)
CURRENCY = Grammar(re.compile(r"[A-Z]"), 3, 3, _("capital letters"), _("Enter a currency of ISO 4217, such as BRL."))
PATTERN = Grammar(
    re.compile(r"[0-9XZN_+.!\[\]-]"), 1, 60, _("digits, X, Z, N, sets like [1-5], _ and + in front, . or ! at the end")
)
HOST = Grammar(re.compile(r"[A-Za-z0-9.:-]"), 1, 253, _("letters without accents, digits and . : -"))
NETWORK = Grammar(re.compile(r"[0-9A-Fa-f.:/]"), 1, 60, _("digits, . : and /"))
CODEC_LIST = Grammar(re.compile(r"[a-z0-9, ]"), 1, 100, _("names of codecs, separated by commas"))


def describe_character(character: str) -> str:
    """Name a character so that an operator can find it: `semicolon (;)`, `U+0007` or `é (U+00E9 ...)`."""
    name = CHARACTERS.get(character, ("", ""))[0]
    if name:
        return f"{name} ({character})" if character.strip() and character.isprintable() else name
    if character.isascii() and character.isprintable():
        return character
    point = f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()
    return f"{character} ({point})" if character.isprintable() else point


def why_refused(character: str) -> str:
    """Return why a character must not reach Asterisk, or nothing where it is merely not of the set."""
    if character in CHARACTERS:
        return CHARACTERS[character][1]
    return "" if character.isprintable() else _UNSEEN


def pattern_error(pattern: str) -> str | None:
    """Return why `pattern` is no Asterisk extension pattern (`_0ZZXXXXXXXX`, `_00.`, `190`), or None.

    Source: https://docs.asterisk.org/Configuration/Dialplan/Pattern-Matching/
    """
    body = pattern.removeprefix("_").removeprefix("+")
    if not pattern.startswith("_") and not body.isdecimal():
        return _("a pattern starts with an underscore, a plain number has digits only")
    if not _PATTERN_BODY.fullmatch(body):
        return _("use digits, X (0-9), Z (1-9), N (2-9), sets like [1-5] and one . or ! at the end")
    if any(not _bracket_is_valid(inside) for inside in _BRACKET.findall(body)):
        return _("a set in brackets lists digits or rising ranges, such as [19] or [2-5]")
    return None


def _bracket_is_valid(inside: str) -> bool:
    if not inside or not re.fullmatch(rf"(?:{_BRACKET_ITEM.pattern})+", inside):
        return False
    return all(item[0] <= item[-1] for item in _BRACKET_ITEM.findall(inside))


def shortest_match(pattern: str) -> int:
    """Return how many digits the shortest number has that `pattern` matches; `.` stands for at least one."""
    return len(_PATTERN_ITEM.findall(pattern))


def is_reserved_id(value: str) -> bool:
    """Tell whether a gateway may not have this name, because something else in Asterisk has or may get it."""
    return re.fullmatch(RESERVED_ID_SHAPE, value, re.IGNORECASE) is not None


def is_host(value: str) -> bool:
    """Tell whether `value` is an IPv4 or IPv6 address or a host name (RFC 1123)."""
    if _is_address(value):
        return True
    labels = value.removesuffix(".").split(".")
    # A resolver reads 0x7f000001 and 127.1 as addresses.
    if len(value) > HOST.maximum or _NUMERIC_LABEL.fullmatch(labels[-1]):
        return False
    return all(_HOST_LABEL.fullmatch(label) for label in labels)


def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return "%" not in value


def split_codecs(value: str) -> list[str]:
    """Split a comma-separated codec list, in order of preference."""
    return [codec.strip() for codec in value.split(",") if codec.strip()]
