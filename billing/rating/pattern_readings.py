"""All that a prefix or pattern can be for, where whoever wrote it did not say; pure.

Forms, the REST API, price lists and the report of the upgrade ask by this one rule. A pattern is for, each where at
least one number falls under it:

1. Numbers of the world, as it is written: digits begin a number of E.164, `_...` is all of one.
2. Codes of the country: the very code or the beginning of codes that it is (190, 4004, 911, 1332), or their pattern
   (`_103XX`); also behind the country code, where no number of the country begins so (55800 is 0800).
3. Numbers of the own country, written as there, without the country code: a pattern as long as these (`_ZZ9XXXXXXXX`),
   with the zero that is dialled before them or without. Other countries' numbers are as long, with their country codes.

One reading is what was meant; several are a question; without any, nothing falls under it.
"""

from collections.abc import Iterator
from functools import lru_cache

from billing.rating.code_patterns import Intended, is_for_some_code, may_mean_code
from billing.rating.key_patterns import CODE_SIGN, KeyPattern, Matches, compile_pattern, positions_of
from voipadmin.core.numbers.known import has_known_number, own_numbers
from voipadmin.core.numbers.metadata import national_lengths
from voipadmin.core.numbers.patterns import Pattern, pattern_of
from voipadmin.core.numbers.plan import NumberingPlan


@lru_cache(maxsize=65_536)
def readings(pattern: str, plan: NumberingPlan) -> tuple[Intended, ...]:
    """Return all that a prefix or pattern can be for, each written as it has to be for that."""
    return tuple(dict.fromkeys(_readings(pattern, plan)))


def _readings(pattern: str, plan: NumberingPlan) -> Iterator[Intended]:
    as_number = Intended(pattern, Matches.NUMBER)
    code = _as_code(pattern, plan)
    home = _as_home_number(pattern, plan)
    if code is None and not home:
        yield as_number
        return
    if any_number(pattern, plan):
        yield as_number
    if code is not None:
        yield code
    if home:
        yield Intended(home, Matches.NUMBER)


def _as_code(pattern: str, plan: NumberingPlan) -> Intended | None:
    if pattern.lstrip("_").startswith("+") or not may_mean_code(pattern, plan):
        return None
    if is_for_some_code(pattern, plan):
        return Intended(pattern, Matches.CODE)
    sign = "_" if pattern.startswith("_") else ""
    plain = pattern.removeprefix("_")
    if plain.startswith(plan.country_code) and not any_number(pattern, plan):
        code = f"{sign}{CODE_SIGN}{plain.removeprefix(plan.country_code)}"
        return Intended(code, Matches.CODE) if is_for_some_code(code, plan) else None
    return None


def _as_home_number(pattern: str, plan: NumberingPlan) -> str:
    """Return a pattern of numbers of the own country with its country code, or nothing where it is no such pattern."""
    plain = pattern.removeprefix("_")
    positions, tail = positions_of(pattern)
    if not pattern.startswith("_") or tail or plain.startswith(("+", plan.country_code)):
        return ""
    if plan.trunk_prefix and positions[: len(plan.trunk_prefix)] == list(plan.trunk_prefix):
        plain, positions = plain.removeprefix(plan.trunk_prefix), positions[len(plan.trunk_prefix) :]
    if len(positions) not in national_lengths(plan.region):
        return ""
    home = f"_{plan.country_code}{plain}"
    wanted = _keys_of(compile_pattern(home, Matches.NUMBER))
    return home if any(wanted.overlaps(known) for known in own_numbers(plan)) else ""


def any_number(pattern: str, plan: NumberingPlan) -> bool:
    """Tell whether a number of E.164 falls under a prefix or pattern for numbers."""
    compiled = compile_pattern(pattern, Matches.NUMBER)
    if compiled.is_empty:
        return False
    return has_known_number(_keys_of(compiled), plan)


def _keys_of(compiled: KeyPattern) -> Pattern:
    return pattern_of([frozenset(digits) for digits in compiled.positions], compiled.tail)
