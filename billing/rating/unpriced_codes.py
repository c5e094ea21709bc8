"""Codes of the country that can be called and have no price; pure.

A tariff for numbers prices no code, however wide its pattern is. What callers reach by their routes is held against the
tariffs for codes, as patterns: nothing is tried out, and no code between two prices is missed.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from billing.rating.key_patterns import CODE_SIGN, KeyPattern, Matches, compile_pattern
from voipadmin.core.numbers.families import families, matched, tree_of
from voipadmin.core.numbers.number import Number, NumberKind
from voipadmin.core.numbers.patterns import Pattern, intersect, parse_pattern, pattern_of, rewritten
from voipadmin.core.numbers.plan import CODE, NumberingPlan, PlanRule
from voipadmin.core.numbers.reading import number_of_key
from voipadmin.core.numbers.tables import LONGEST_E164


class UnpricedCode(NamedTuple):
    """Codes by the pattern in which they are dialled (0800XXXXXXX), with one of them that has no price."""

    dialled: str
    example: Number


def unpriced_codes(tariffs: Iterable[str], taken: Sequence[Pattern], plan: NumberingPlan) -> list[UnpricedCode]:
    """Return the codes without a price: `tariffs` are the patterns of tariffs for codes, `taken` what routes take.

    The latter are patterns over keys. Emergency and health lines, to which every call goes out, and codes that the plan
    bars are left out. A range of the plan is named once, with an example that a route takes and no tariff prices.
    """
    rules = [PlanRule(_as_pattern(compile_pattern(pattern, Matches.CODE)).text) for pattern in tariffs]
    found: list[UnpricedCode] = []
    for rule in _callable_codes(plan):
        dialled = rule.dial_prefix + rule.pattern.removeprefix("_")
        example = next(_without_price(rule, taken, rules, plan), None)
        if example is not None:
            found.append(UnpricedCode(dialled, example))
    return found


def _callable_codes(plan: NumberingPlan) -> Iterator[PlanRule]:
    for part in plan.searched(CODE):
        for rule in part.rules:
            if not rule.is_barred and rule.kind is not NumberKind.EMERGENCY:
                yield rule


def _without_price(
    rule: PlanRule, taken: Sequence[Pattern], rules: Sequence[PlanRule], plan: NumberingPlan
) -> Iterator[Number]:
    keys = rewritten(parse_pattern(rule.pattern), 0, CODE_SIGN)
    for line in taken:
        common = intersect(keys, line)
        for family in families(common, LONGEST_E164 + 1) if common is not None else ():
            for part, tariff in matched(family, tree_of(rules, len(family.items))):
                number = number_of_key(part.member(), plan) if tariff is None else None
                # Another range of the plan may be narrower, and have its own line.
                if number is not None and number.kind is rule.kind:
                    yield number


def _as_pattern(compiled: KeyPattern) -> Pattern:
    return pattern_of([frozenset(digits) for digits in compiled.positions], compiled.tail)
