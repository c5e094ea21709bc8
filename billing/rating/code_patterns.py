"""Which prefixes and patterns are for codes of the country, where whoever wrote them did not say; pure.

Tariffs of before, and carriers' lists, do not say whether 190 is the police or the beginning of +1 90. It is read so:

1. Digits are for codes where the plan has that very code (190, 10315) or codes that begin so (4004, 0800); patterns,
   where all that they match are such codes (`_103XX`).
2. What names a country, or an area of North America, with which numbers begin as well stays with the numbers: 911
   (emergency, and India), 1332 (Anatel, and New York). A list of the world's prefixes would lose them else.
3. Codes behind the country code (55800), as they were written before codes had a value of their own, become the code
   itself (0800), where no number of the country begins so.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from billing.rating.key_patterns import CODE_SIGN, DIGITS, SHORTEST_BEGINNING, Matches, positions_of
from voipadmin.core.numbers.metadata import calling_code_of, national_ranges
from voipadmin.core.numbers.number import NumberKind
from voipadmin.core.numbers.patterns import parse_pattern
from voipadmin.core.numbers.plan import CODE, NATIONAL, NumberingPlan
from voipadmin.core.numbers.tables import SHORTEST_E164

_TOLD_AT_ONCE = 4
# A code is told by so many digits at least: 1 is no beginning of a code, although all of 1XX are.
SHORTEST_CODE = 3
Positions = tuple[frozenset[str], ...]


class Intended(NamedTuple):
    """A prefix or pattern, and what it is for."""

    pattern: str
    matches: Matches


@lru_cache(maxsize=65_536)
def intended(pattern: str, plan: NumberingPlan) -> Intended:
    """Return what a prefix or pattern that does not say so is for, written as it has to be for that."""
    plain, sign = pattern.removeprefix("_").removeprefix("+"), pattern[:1]
    home = plain.removeprefix(plan.country_code) if plain.startswith(plan.country_code) else ""
    if sign != "_" and not _may_begin_code(plain, plan) and not (home and _may_begin_code(CODE_SIGN + home, plan)):
        return Intended(pattern, Matches.NUMBER)
    if sign != "+" and _is_for_codes(pattern, plan):
        return Intended(pattern, Matches.CODE)
    if home:
        code = f"{'_' if sign == '_' else ''}{CODE_SIGN}{home}"
        if _is_for_codes(code, plan) and not _begins_number(pattern, plan):
            return Intended(code, Matches.CODE)
    return Intended(pattern, Matches.NUMBER)


def may_mean_code(pattern: str, plan: NumberingPlan) -> bool:
    """Tell at once of most prefixes and patterns that no code falls under them, behind the country code or without."""
    plain = pattern.removeprefix("_")
    home = plain.removeprefix(plan.country_code) if plain.startswith(plan.country_code) else ""
    return (
        pattern.startswith("_")
        or _may_begin_code(plain, plan)
        or (home != "" and _may_begin_code(CODE_SIGN + home, plan))
    )


def is_for_some_code(pattern: str, plan: NumberingPlan) -> bool:
    """Tell whether a prefix or pattern says a code of the country, or how codes begin, whatever numbers begin so."""
    digits, tail = positions_of(pattern)
    is_open, codes = bool(tail) or _begins_codes(pattern, digits), _dialled_codes(plan)
    return any(_is_within(digits, code) or (is_open and _begins_code(digits, code)) for code in codes)


def _begins_codes(pattern: str, digits: Sequence[str]) -> bool:
    """Tell whether digits for codes are a beginning, and not that very code (`key_patterns.compile_pattern`)."""
    return not pattern.startswith("_") and (len(digits) >= SHORTEST_BEGINNING or digits[:1] == [CODE_SIGN])


def _may_begin_code(digits: str, plan: NumberingPlan) -> bool:
    """Tell at once what most prefixes of the world's lists are not."""
    return digits[:_TOLD_AT_ONCE] in _code_leads(plan)


def _is_for_codes(pattern: str, plan: NumberingPlan) -> bool:
    digits, tail = positions_of(pattern)
    is_plain, written_with_zero = not pattern.startswith("_"), digits[:1] == [CODE_SIGN]
    is_short = is_plain and not _begins_codes(pattern, digits)
    if not is_for_some_code(pattern, plan):
        return False
    if written_with_zero or (not is_plain and not tail and len(digits) < SHORTEST_E164):
        return True
    # Three digits behind North America's 1 are no area of it.
    return not _begins_number(pattern, plan) or (is_short and len(calling_code_of(pattern)) == 1)


def _is_within(digits: Sequence[str], code: Positions) -> bool:
    """Tell whether all of one length is such a code."""
    return len(digits) == len(code) and all(map(frozenset.issuperset, code, digits))


def _begins_code(digits: Sequence[str], code: Positions) -> bool:
    """Tell whether only such codes, among codes, begin with the digits: they are all that tells the code."""
    told = len(code)
    while told and len(code[told - 1]) == len(DIGITS):
        told -= 1
    enough = max(SHORTEST_CODE, told) <= len(digits) < len(code)
    return enough and all(map(frozenset.issuperset, code, digits))


def _begins_number(pattern: str, plan: NumberingPlan) -> bool:
    """Tell whether numbers of E.164 begin as a pattern does."""
    lead = "".join(digits if len(digits) == 1 else " " for digits in positions_of(pattern)[0]).partition(" ")[0]
    country = calling_code_of(lead)
    if not country:
        return False
    rest = lead.removeprefix(country)
    return any(
        all(digit in allowed for digit, allowed in zip(rest, positions, strict=False))
        for positions in _national_numbers(country, plan)
    )


def _national_numbers(country: str, plan: NumberingPlan) -> Iterator[Positions]:
    if country != plan.country_code:
        yield from (row.pattern.positions for row in national_ranges(int(country)))
        return
    for context in plan.searched(NATIONAL):
        yield from (parse_pattern(rule.pattern).positions for rule in context.rules if rule.then != CODE)


@lru_cache(maxsize=8)
def _code_leads(plan: NumberingPlan) -> frozenset[str]:
    leads = (product(*code[:length]) for code in _dialled_codes(plan) for length in range(1, _TOLD_AT_ONCE + 1))
    return frozenset("".join(digits) for lead in leads for digits in lead)


@lru_cache(maxsize=8)
def _dialled_codes(plan: NumberingPlan) -> tuple[Positions, ...]:
    """Return the positions of the codes as they are dialled; of collect calls only those in front of local numbers."""
    rules = (rule for part in plan.searched(CODE) for rule in part.rules)
    dialled = ((rule, f"_{rule.dial_prefix}{rule.pattern.removeprefix('_')}") for rule in rules)
    found = ((rule, parse_pattern(pattern).positions) for rule, pattern in dialled)
    return tuple(
        positions
        for rule, positions in found
        # The others begin like a number of Turkey.
        if rule.kind is not NumberKind.COLLECT or all(len(allowed) == 1 for allowed in positions[:SHORTEST_BEGINNING])
    )
