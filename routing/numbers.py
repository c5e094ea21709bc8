"""Numbers as carriers and customers write them, turned into E.164 digits and back: pure, rules as data.

The rules are Asterisk patterns, so that the dialplan that is rendered from them and this module cannot differ.
"""

from dataclasses import dataclass
from functools import lru_cache

from phonenumbers import PhoneMetadata

from voipadmin.core.numbers.patterns import parse_pattern
from voipadmin.core.numbers.plan import DIALLED, NumberingPlan
from voipadmin.core.numbers.reading import read_number
from voipadmin.core.numbers.spelling import NumberForm

INTERNATIONAL_PREFIX = "00"
TRUNK_PREFIX = "0"
DIALLED_CHARACTERS = frozenset("0123456789+")
SHORTEST_CALLER = 3

E164 = "e164"
NATIONAL = "national"
AUTOMATIC = "automatic"

KEEP = "keep"
E164_PLUS = "e164_plus"
FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class NumberRule:
    """A number that matches `pattern` loses `strip` characters and gets `prepend` in front."""

    pattern: str
    strip: int = 0
    prepend: str = ""

    def apply(self, number: str) -> str:
        """Return the number rewritten."""
        return self.prepend + number[self.strip :]


# What a country puts between the trunk prefix and the area, or before both: it is no part of the number. In Brazil the
# carrier that the caller selects (0 21 11 98765-4321) and RN1, who serves a ported number (55341 11 98765-4321). Behind
# 00 no carrier can be told from a country: 00 21 3… is Algeria.
CARRIER_RULES = {
    "BR": (
        NumberRule("_0ZZZZXXXXXXXX", strip=3, prepend="55"),
        NumberRule("_0ZZZZXXXXXXXXX", strip=3, prepend="55"),
        NumberRule("_55XXXZZXXXXXXXX", strip=5, prepend="55"),
        NumberRule("_55XXXZZXXXXXXXXX", strip=5, prepend="55"),
    )
}


@dataclass(frozen=True, slots=True)
class Country:
    """A country's code and the lengths of its numbers with area code."""

    code: str
    national_lengths: tuple[int, ...]


@lru_cache(maxsize=16)
def country_of(region: str) -> Country:
    """Return the numbering of an ISO 3166 region such as `BR`; raise ValueError for an unknown one."""
    metadata = PhoneMetadata.metadata_for_region(region, None)
    if metadata is None or metadata.country_code is None:
        raise ValueError(f"unknown region {region!r}")
    lengths = {
        length
        for kind in (metadata.fixed_line, metadata.mobile)
        if kind is not None
        for length in kind.possible_length
        if length > 0
    }
    return Country(str(metadata.country_code), tuple(sorted(lengths)))


@lru_cache(maxsize=64)
def number_rules(number_format: str, region: str) -> tuple[NumberRule, ...]:
    """Return the rules by which numbers of a format become E.164 digits; Asterisk's order decides between them."""
    country = country_of(region)
    rules = [NumberRule("_+X.", strip=1), NumberRule(f"_{INTERNATIONAL_PREFIX}X.", strip=2), NumberRule("_X!")]
    if number_format == E164:
        return tuple(rules)
    rules.append(NumberRule(f"_{TRUNK_PREFIX}[1-9].", strip=1, prepend=country.code))
    rules += CARRIER_RULES.get(region, ())
    for length in country.national_lengths:
        rules.append(NumberRule("_[1-9]" + "X" * (length - 1), prepend=country.code))
        if number_format != AUTOMATIC:
            rules.append(NumberRule(f"_{country.code}" + "X" * length))
    if number_format == AUTOMATIC:
        rules.append(NumberRule(f"_{country.code}X."))
    return tuple(sorted(rules, key=lambda rule: parse_pattern(rule.pattern).specificity))


def normalise_incoming(number: str, number_format: str, region: str) -> str:
    """Return the E.164 digits of a number that a carrier sent, or it unchanged where no rule knows it."""
    for rule in number_rules(number_format, region):
        if parse_pattern(rule.pattern).matches(number):
            return rule.apply(number)
    return number


def without_carrier(number: str, region: str) -> str:
    """Return the number without the carrier that it names by its country's rules, or it unchanged."""
    rules = CARRIER_RULES.get(region, ())
    return next((rule.apply(number) for rule in rules if parse_pattern(rule.pattern).matches(number)), number)


def is_known_form(number: str, number_format: str, region: str) -> bool:
    """Tell whether any rule of a format reads the number; the dialplan has no extension for one that none reads."""
    return any(parse_pattern(rule.pattern).matches(number) for rule in number_rules(number_format, region))


def read_incoming(number: str, number_format: str, region: str) -> str:
    """Return the E.164 digits of a number that a carrier sent, or nothing where anything but digits is left in it."""
    digits = normalise_incoming(number, number_format, region)
    return digits if digits.isascii() and digits.isdigit() else ""


def filter_dialled(number: str) -> str:
    """Return the digits and pluses of what was dialled, as the dialplan's FILTER does; all else is taken out."""
    return "".join(character for character in number if character in DIALLED_CHARACTERS)


def caller_of_trunk(sent: str, fallback: str) -> str:
    """Return the caller of a trunk's call: the number that it sent, or `fallback` where that is none to show."""
    return sent if len(sent) >= SHORTEST_CALLER and filter_dialled(sent) == sent else fallback


def normalise_dialled(number: str, region: str) -> str:
    """Return the E.164 digits of a number that a customer dialled; short numbers such as 190 stay."""
    return normalise_incoming(number, NATIONAL, region)


@dataclass(frozen=True, slots=True)
class Rewriting:
    """How a number is sent: the route strips and prepends, then the gateway does, then comes the tech prefix."""

    route_strip: int = 0
    route_prepend: str = ""
    gateway_strip: int = 0
    gateway_prepend: str = ""
    tech_prefix: str = ""


def rewrite_number(number: str, rewriting: Rewriting) -> str:
    """Return the number as the gateway sees it; a plus in front counts as a digit when stripping."""
    routed = rewriting.route_prepend + number[rewriting.route_strip :]
    return rewriting.tech_prefix + rewriting.gateway_prepend + routed[rewriting.gateway_strip :]


# How gateways want numbers written that are not sent as their route writes them, by `Gateway.sent_format`.
SPELT = {
    "e164": NumberForm.E164,
    "e164_plus": NumberForm.E164_PLUS,
    "national": NumberForm.NATIONAL,
    "zero": NumberForm.NATIONAL_ZERO,
    "carrier": NumberForm.NATIONAL_CARRIER,
}


def plain_dialled(dialled: str, plan: NumberingPlan) -> str:
    """Return what was dialled, or nothing where it is completed with an area and says another number elsewhere."""
    rules = plan.by_name[DIALLED].rules
    is_local = any(rule.completes_area and parse_pattern(rule.pattern).matches(dialled) for rule in rules)
    return "" if is_local else dialled


def present_caller_id(caller: str, rule: str, plan: NumberingPlan, fixed: str = "", *, home_area: str = "") -> str:
    """Return the caller's number as a carrier wants to see it; what is no number is shown as it came."""
    if rule == FIXED:
        return fixed
    if rule == KEEP:
        return caller
    digits = read_number(caller, plan, home_area=home_area).key or caller
    if rule == E164_PLUS:
        return f"+{digits}"
    return digits.removeprefix(plan.country_code) if rule == NATIONAL else digits
