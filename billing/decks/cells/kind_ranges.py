"""The prefixes of fixed and of mobile numbers below a prefix, by the numbering plan; pure.

VC1, VC2 and VC3 are prices of Brazil's mobiles by the caller: of the same area code, of one with the same first digit,
and of all others.
"""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from billing.decks.cells.countries import BRAZIL, main_region_of
from voipadmin.core.numbers.countries import plan_of
from voipadmin.core.numbers.metadata import calling_code_of, national_ranges
from voipadmin.core.numbers.number import NumberKind
from voipadmin.core.numbers.patterns import Pattern, parse_pattern
from voipadmin.core.numbers.plan import NATIONAL

FIXED, MOBILE = "fixed", "mobile"
WANTED = {FIXED: NumberKind.FIXED, MOBILE: NumberKind.MOBILE}
VC = ("vc1", "vc2", "vc3")
BRAZILIAN_AREA = 2
# Of more prefixes than this a kind is asked about rather than spelled out.
MOST_PREFIXES = 500


class Target(NamedTuple):
    """A prefix, and the prefix of the callers that a price is for, empty for all."""

    pattern: str
    origin: str = ""


class KindUnknown(Exception):
    """The plan does not tell the kinds of numbers below a prefix apart, or has none of the kind there."""


@lru_cache(maxsize=65_536)
def targets_of(prefix: str, kind: str, day: date) -> tuple[Target, ...]:
    """Return the prefixes of a kind (fixed, mobile, vc1 to vc3) below a prefix of E.164; raise KindUnknown."""
    code = calling_code_of(prefix)
    if not code or (kind in VC and code != BRAZIL):
        raise KindUnknown
    wanted = WANTED[MOBILE if kind in VC else kind]
    ranges = [one for one in _ranges_of(code, day) if one.kind in {*WANTED.values(), NumberKind.FIXED_OR_MOBILE}]
    found = [code + digits for digits in _beginnings(prefix[len(code) :], ranges, wanted)]
    if not found or len(found) > MOST_PREFIXES:
        raise KindUnknown
    return tuple(Target(pattern, _origin_of(pattern, kind)) for pattern in found)


class _Range(NamedTuple):
    """National numbers of one kind."""

    pattern: Pattern
    kind: NumberKind


@lru_cache(maxsize=256)
def _ranges_of(code: str, day: date) -> tuple[_Range, ...]:
    """Return all ranges behind a calling code: by the plan of its country, or of all that share it."""
    region = main_region_of(code)
    if code != BRAZIL or not region:
        return tuple(_Range(one.pattern, one.kind) for one in national_ranges(int(code))) if region else ()
    rules = (rule for part in plan_of(region, day).searched(NATIONAL) for rule in part.rules)
    return tuple(_Range(parse_pattern(rule.pattern), rule.kind) for rule in rules if rule.kind is not None)


def _beginnings(digits: str, ranges: list[_Range], wanted: NumberKind) -> Iterator[str]:
    """Yield the shortest prefixes below `digits` that only numbers of the wanted kind begin with."""
    below = [one for one in ranges if _may_begin(one.pattern, digits)]
    kinds = {one.kind for one in below}
    if kinds == {wanted}:
        yield digits
    elif wanted in kinds or (NumberKind.FIXED_OR_MOBILE in kinds and len(kinds) > 1):
        for digit in "0123456789":
            yield from _beginnings(digits + digit, below, wanted)
    elif NumberKind.FIXED_OR_MOBILE in kinds:
        raise KindUnknown


def _may_begin(pattern: Pattern, digits: str) -> bool:
    return len(digits) < len(pattern.positions) and all(
        digit in allowed for digit, allowed in zip(digits, pattern.positions, strict=False)
    )


def _origin_of(pattern: str, kind: str) -> str:
    area = pattern[len(BRAZIL) : len(BRAZIL) + BRAZILIAN_AREA]
    return {"vc1": BRAZIL + area, "vc2": BRAZIL + area[:1]}.get(kind, "")
