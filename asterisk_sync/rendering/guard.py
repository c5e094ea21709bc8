"""The guard, through which every value reaches a file: each kind of field has an allow-list, nothing is escaped.

Asterisk has no escape for `${`, and silently cuts what it cannot read. So a value outside its grammar stops the run
([ADR 5](../../docs/adr/0005-allow-lists-not-escaping.md)).
"""

import ipaddress
import re
from collections.abc import Callable

from asterisk_sync.rendering.errors import RenderError
from voipadmin.core.text import grammar

_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")
_ENDPOINT = re.compile(r"[A-Za-z0-9_-]{1,60}|trunk\.[A-Za-z0-9_-]{1,60}(?:\.[0-9]{1,4})?")
_CONTEXT = re.compile(r"[A-Za-z0-9_-]{1,79}")
_LABEL = re.compile(r"[a-z0-9-]{1,60}")
_HEX = re.compile(r"[0-9a-f]{8,64}")
_AGI_SECRET = re.compile(r"[0-9a-f]{64}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DIGITS = re.compile(r"[0-9]{0,20}")
_NUMBER = re.compile(r"\+?[0-9]{1,20}")
_TECH_PREFIX = re.compile(r"\+?[0-9*#]{0,20}")
_PREPEND = re.compile(r"\+?[0-9]{0,20}")
_SECRET = grammar.SIP_SECRET
_URI = re.compile(
    r"sip:(?:[A-Za-z0-9_.+-]+@)?(?:[A-Za-z0-9.-]+|\[[0-9a-f:]+\]):(?P<port>[1-9][0-9]{0,4})(?:\\;transport=(?:tcp|tls))?"
)
_EXTEN = r"(?:\$\{EXTEN(?::[0-9]+)?\})"
_PLAN_VALUE = rf"(?:\$\{{EXTEN:0:[0-9]+\}})?\+?[0-9]*{_EXTEN}"
_WITH_AREA = re.escape("${IF($[${LEN(${va_area})} > 0]?${va_area}${EXTEN}:+)}")
# Where digits are read on, or what their number is: the only lines that hold variables which rules decide.
_PLAN_STEP = re.compile(
    rf"Goto\(va-plan-[a-z0-9-]+,(?:{_PLAN_VALUE}|{_WITH_AREA}),1\)"
    rf"|Return\({_PLAN_VALUE}/[a-z_]+/{_PLAN_VALUE}/{_EXTEN}?\)"
)
_EXPRESSION = re.compile(r"\^(?:\[\+?[0-9]*\])+(?:\[0-9\][*+])?\$")
_MATCH = re.compile(r"[0-9a-f.:]+(?:/[0-9]{1,3})?")
LAST_PORT = 65_535
_RESERVED = frozenset({"anonymous", "global", "system", "general", "globals", "default"})


class GuardError(RenderError):
    """A value may not reach a file. The message names its kind and not the value, which may be a secret."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(f"a value of kind {kind} was refused: {reason}")
        self.kind = kind


def _fits(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda value: pattern.fullmatch(value) is not None


def _within(rule: grammar.Grammar) -> Callable[[str], bool]:
    return lambda value: rule.offending_character(value) is None and rule.minimum <= len(value) <= rule.maximum


def _is_endpoint(value: str) -> bool:
    named = value.lower() not in _RESERVED and not value.startswith("gen-")
    return named and _ENDPOINT.fullmatch(value) is not None


def _is_match(value: str) -> bool:
    """An address, a network, or an address with a port."""
    address = value if value.count(":") != 1 else value.partition(":")[0]
    try:
        ipaddress.ip_network(address)
    except ValueError:
        return False
    return _MATCH.fullmatch(value) is not None


def _is_uri(value: str) -> bool:
    match = _URI.fullmatch(value)
    return match is not None and int(match["port"]) <= LAST_PORT


def _is_codecs(value: str) -> bool:
    codecs = value.split(",")
    return len(set(codecs)) == len(codecs) and all(codec in grammar.CODECS for codec in codecs)


def _is_caller_name(value: str) -> bool:
    return _within(grammar.CALLER_ID_NAME)(value) and value == value.strip() and value.isprintable()


KINDS: dict[str, Callable[[str], bool]] = {
    "name": _fits(_NAME),
    "endpoint": _is_endpoint,
    "username": _within(grammar.SIP_USERNAME),
    "secret": _within(_SECRET),
    "caller_name": _is_caller_name,
    "codecs": _is_codecs,
    "context": _fits(_CONTEXT),
    "digits": _fits(_DIGITS),
    "hex": _fits(_HEX),
    "agi_secret": _fits(_AGI_SECRET),
    "expression": _fits(_EXPRESSION),
    "host": grammar.is_host,
    "integer": _fits(re.compile(r"[0-9]{1,19}")),
    "label": _fits(_LABEL),
    "match": _is_match,
    "number": _fits(_NUMBER),
    "pattern": lambda value: grammar.pattern_error(value) is None,
    "plan_step": _fits(_PLAN_STEP),
    "prepend": _fits(_PREPEND),
    "tech_prefix": _fits(_TECH_PREFIX),
    "uri": _is_uri,
    "uuid": _fits(_UUID),
}


def guard(value: object, kind: str) -> str:
    """Return `value` as text if the grammar of `kind` allows all of it; raise GuardError otherwise."""
    text = str(value)
    if not text.isprintable():
        raise GuardError(kind, "it holds an unprintable character")
    if not KINDS[kind](text):
        raise GuardError(kind, f"its {len(text)} characters do not fit")
    return text
