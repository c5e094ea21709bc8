"""Which numbers are at home, as Asterisk patterns made from the numbering plan.

The dialplan is rendered from them: for customers without limits it asks about every number that is not at home, and in
doubt it asks.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberDesc

from routing.numbers import country_of
from voipadmin.core.numbers.patterns import parse_pattern
from voipadmin.core.numbers.tables import SHORTEST_E164

# Kinds of numbers, by their names in libphonenumber's metadata.
ORDINARY = ("fixed_line", "mobile", "toll_free", "shared_cost", "voip", "uan")
RISKY = ("premium_rate", "personal_number")
SERVICES = ("toll_free", "shared_cost", "uan")
# A plan is tried with numbers of each beginning of four digits; the rules tell ordinary numbers by two of them.
LOOKED_AT, BLOCK = 4, 2
DIGITS = "0123456789"


class HomeRule(NamedTuple):
    """Numbers as digits of E.164, or a service as it is dialled, and whether they stay at home."""

    pattern: str
    is_home: bool


def stays_home(number: str, region: str, risky_prefixes: Collection[str]) -> bool:
    """Tell whether a number is at home, as the dialplan tells it."""
    rules = home_rules(region, tuple(risky_prefixes))
    return next((rule.is_home for rule in rules if parse_pattern(rule.pattern).matches(number)), False)


def is_service(number: str, region: str) -> bool:
    """Tell whether digits are a service that is dialled without an area, such as 4004 1234 in Brazil."""
    return any(parse_pattern(pattern).matches(number) for pattern in _services(region))


@lru_cache(maxsize=64)
def home_rules(region: str, risky_prefixes: tuple[str, ...]) -> tuple[HomeRule, ...]:
    """Return the rules in Asterisk's order of patterns; the first that fits a number decides.

    1. Short numbers, and services without an area, are at home.
    2. Blocks of the plan with ordinary numbers and no premium ones are at home, save those of a risky prefix.
    3. Longer prefixes at risk within such a block are not at home.
    4. All other numbers are not at home.
    """
    short = ["_" + "X" * length for length in range(1, SHORTEST_E164)]
    home = [*short, *_services(region), *_blocks(region, risky_prefixes)]
    code = country_of(region).code
    risky = {prefix for prefix in risky_prefixes if prefix.isascii() and prefix.isdigit() and prefix.startswith(code)}
    rules = [HomeRule(pattern, is_home=True) for pattern in home]
    rules += [HomeRule("_X.", is_home=False), *(HomeRule(f"_{prefix}!", is_home=False) for prefix in sorted(risky))]
    return tuple(sorted(rules, key=lambda rule: parse_pattern(rule.pattern).specificity))


def _blocks(region: str, risky_prefixes: tuple[str, ...]) -> list[str]:
    """Return patterns of the blocks, two digits behind the country code, with ordinary numbers and no premium ones."""
    code = country_of(region).code
    if len(phonenumbers.region_codes_for_country_code(int(code))) > 1:
        # The code is several countries': it does not say which of them a number is in.
        return []
    premium = _beginnings(region, RISKY, BLOCK)
    found = {
        f"{code}{block}"
        for block in _beginnings(region, ORDINARY, BLOCK) - premium
        if not f"{code}{block}".startswith(risky_prefixes)
    }
    return [f"_{pattern}!" for pattern in _joined(found)]


@lru_cache(maxsize=16)
def _services(region: str) -> tuple[str, ...]:
    """Return patterns of the services that are longer than short numbers and are not numbers of any country."""
    with_area = country_of(region).national_lengths
    found: dict[int, set[str]] = defaultdict(set)
    for digits in _numbers(region, SERVICES):
        if len(digits) >= SHORTEST_E164 and len(digits) not in with_area and not _is_number_of_a_country(digits):
            found[len(digits)].add(digits[:LOOKED_AT])
    return tuple(
        f"_{pattern}{'X' * (length - LOOKED_AT)}"
        for length, beginnings in sorted(found.items())
        for pattern in _joined(beginnings)
    )


def _is_number_of_a_country(digits: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(f"+{digits}"))
    except phonenumbers.NumberParseException:
        return False


def _beginnings(region: str, kinds: Iterable[str], length: int) -> set[str]:
    return {digits[:length] for digits in _numbers(region, tuple(kinds))}


@lru_cache(maxsize=32)
def _numbers(region: str, kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Return one number of these kinds for each beginning of four digits that the plan has any for."""
    metadata = PhoneMetadata.metadata_for_region(region, None)
    descriptions = [getattr(metadata, kind) for kind in kinds]
    return tuple(digits for description in descriptions if description for digits in _members(description))


def _members(description: PhoneNumberDesc) -> Iterator[str]:
    plan = re.compile(description.national_number_pattern or "")
    for length in description.possible_length:
        for beginning in range(10**LOOKED_AT):
            tried = (f"{beginning:0{LOOKED_AT}d}".ljust(length, digit) for digit in DIGITS)
            digits = next((number for number in tried if plan.fullmatch(number)), "")
            if digits:
                yield digits


def _joined(prefixes: Iterable[str]) -> list[str]:
    """Return patterns for prefixes of one length; those that differ only in their last digit become one pattern."""
    last: dict[str, set[str]] = defaultdict(set)
    for prefix in prefixes:
        last[prefix[:-1]].add(prefix[-1])
    return [f"{start}{_class_of(digits)}" for start, digits in sorted(last.items())]


def _class_of(digits: Collection[str]) -> str:
    if len(digits) == len(DIGITS):
        return "X"
    return f"[{''.join(sorted(digits))}]" if len(digits) > 1 else min(digits)
