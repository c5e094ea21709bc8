"""What a tariff's prefix or pattern will match, by example: numbers that it prices, and near ones that it does not.

1. Those that match are drawn from the ranges of the numbering plan, one of each kind and country first.
2. One that does not match is near to one that does: it differs in one digit, or by one digit more or less; or the
   same pattern would match it, were the tariff for codes rather than numbers, or the other way round.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, zip_longest
from typing import NamedTuple

from billing.rating.key_patterns import CODE_SIGN, DIGITS, KeyPattern, Matches, compile_pattern
from voipadmin.core.numbers.families import families, read_family
from voipadmin.core.numbers.metadata import calling_codes_by_region, national_ranges
from voipadmin.core.numbers.number import Number
from voipadmin.core.numbers.patterns import Pattern, intersect, parse_pattern, pattern_of, rewritten
from voipadmin.core.numbers.plan import CODE, INTERNATIONAL, NATIONAL, NumberingPlan
from voipadmin.core.numbers.reading import number_of_key
from voipadmin.core.numbers.tables import LONGEST_E164

SHOWN = 3
LONGEST_KEY = LONGEST_E164 + 1


class PatternExamples(NamedTuple):
    """Numbers that a pattern matches, and near ones that it does not; without any of the first it matches nothing."""

    matching: tuple[Number, ...]
    others: tuple[Number, ...]


def pattern_examples(pattern: str, matches: str, plan: NumberingPlan) -> PatternExamples:
    """Return examples for a prefix or pattern that its grammar has accepted; `matches` is what the tariff is for."""
    other_kind = Matches.NUMBER if matches == Matches.CODE else Matches.CODE
    of_other_kind = _matching(compile_pattern(pattern, other_kind), plan)
    return key_examples((compile_pattern(pattern, matches),), plan, of_other_kind)


def key_examples(
    patterns: Sequence[KeyPattern], plan: NumberingPlan, of_other_kind: Iterable[Number] = ()
) -> PatternExamples:
    """Return the same for whatever several patterns over keys match together, such as the lines of a route."""
    matching = tuple(islice(_varied(chain.from_iterable(_matching(pattern, plan) for pattern in patterns)), SHOWN))
    by_digit = _readable(_with_another_digit(patterns, matching), patterns, plan)
    by_length = _readable(_longer_or_shorter(matching), patterns, plan)
    # Of a pattern that matches every number, only codes are left: then one of each kind.
    others = islice(_varied(of_other_kind), SHOWN) if matching else ()
    nearest = chain.from_iterable(zip_longest(by_digit, by_length, others))
    found = dict.fromkeys(number for number in nearest if number is not None)
    return PatternExamples(matching, tuple(islice(found, SHOWN)))


def _matching(compiled: KeyPattern, plan: NumberingPlan) -> Iterator[Number]:
    """Yield numbers that a pattern matches: of the ranges that the plan and libphonenumber know, else any at all."""
    if compiled.is_empty:
        return
    wanted = pattern_of([frozenset(digits) for digits in compiled.positions], compiled.tail)
    found = False
    for known in chain(_codes(plan), _ranges(compiled, plan)):
        common = intersect(wanted, known)
        number = number_of_key(_member(common), plan) if common is not None else None
        if number is not None and number.is_readable:
            found = True
            yield number
    if not found:
        yield from _any_at_all(wanted, plan)


def _codes(plan: NumberingPlan) -> Iterator[Pattern]:
    rules = (rule for part in plan.searched(CODE) for rule in part.rules)
    yield from (rewritten(parse_pattern(rule.pattern), 0, CODE_SIGN) for rule in rules)


def _ranges(compiled: KeyPattern, plan: NumberingPlan) -> Iterator[Pattern]:
    """Yield the keys of numbers by country, the own one first."""
    for rule in (rule for part in plan.searched(NATIONAL) for rule in part.rules if not rule.then):
        yield rewritten(parse_pattern(rule.pattern), 0, plan.country_code)
    for code in _countries(compiled, plan):
        yield from (rewritten(row.pattern, 0, code) for row in national_ranges(int(code)))


def _countries(compiled: KeyPattern, plan: NumberingPlan) -> Iterator[str]:
    """Yield the calling codes of other countries that keys may begin with."""
    codes = dict.fromkeys(code for _region, code in calling_codes_by_region() if code != plan.country_code)
    yield from (code for code in codes if all(map(str.__contains__, compiled.positions, code)))


def _member(pattern: Pattern) -> str:
    return next((family.member() for family in families(pattern, LONGEST_KEY)), "")


def _any_at_all(wanted: Pattern, plan: NumberingPlan) -> Iterator[Number]:
    """Yield numbers that no range says more of, such as those of other countries that libphonenumber does not know."""
    for family in families(wanted, LONGEST_KEY):
        for reading in read_family(family, INTERNATIONAL, plan):
            number = number_of_key(reading.family.member(), plan) if reading.is_readable else None
            if number is not None and number.is_readable:
                yield number


def _varied(numbers: Iterable[Number]) -> Iterator[Number]:
    """Yield numbers, those first that are of a kind and country that has not come yet; read no more than is asked for.

    An open pattern matches numbers of each country, thousands of ranges.
    """
    kinds: set[tuple[str, str]] = set()
    came: set[Number] = set()
    later: list[Number] = []
    for number in numbers:
        kind = number.kind, number.country
        if number not in came and kind not in kinds:
            yield number
        elif number not in came:
            later.append(number)
        kinds.add(kind)
        came.add(number)
    yield from later


def _with_another_digit(patterns: Iterable[KeyPattern], numbers: Iterable[Number]) -> Iterator[str]:
    """Yield keys with one other digit, where their pattern does not allow it: the last such place first."""
    for pattern in patterns:
        told = [place for place, allowed in enumerate(pattern.positions) if set(allowed) != set(DIGITS)]
        for place in reversed(told):
            for number in (number for number in numbers if pattern.matches(number.key)):
                for digit in DIGITS:
                    if digit not in pattern.positions[place]:
                        yield number.key[:place] + digit + number.key[place + 1 :]


def _longer_or_shorter(numbers: Iterable[Number]) -> Iterator[str]:
    for number in numbers:
        yield number.key[:-1]
        yield from (number.key + digit for digit in DIGITS)


def _readable(keys: Iterable[str], patterns: Sequence[KeyPattern], plan: NumberingPlan) -> Iterator[Number]:
    for key in keys:
        number = number_of_key(key, plan)
        if number.is_readable and not any(pattern.matches(key) for pattern in patterns):
            yield number
