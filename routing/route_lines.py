"""A route's pattern, as the operator writes it, compiled to patterns over the keys of numbers. Pure.

An operator writes a pattern in any way that people dial: `_0ZZXXXXXXXX`, `_00.`, `_55ZZ9XXXXXXXX`, `190`. Numbers are
read before a route is looked for, so what is searched are keys (`voipadmin.core.numbers.number.Number.key`). Asterisk's
patterns are closed under intersection: what remains of the route's pattern under each way to dial, rewritten as
that way rewrites numbers, is a pattern over keys again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from voipadmin.core.numbers.patterns import Pattern, intersect, parse_pattern, pattern_of, rewritten
from voipadmin.core.numbers.plan import (
    CODE,
    DIALLED,
    INTERNATIONAL,
    NATIONAL,
    WITH_COUNTRY,
    NumberingPlan,
    PlanRule,
)

DIGITS = frozenset("0123456789")


@dataclass(frozen=True, slots=True)
class RouteLine:
    """Keys that a route takes, and how they are dialled so that the route's own pattern matches.

    What is dialled is `prefix` and the key without its first `strip` digits.
    """

    pattern: str
    strip: int = 0
    prefix: str = ""

    def dialled(self, key: str) -> str:
        """Return how people dial a key of this line."""
        return self.prefix + key[self.strip :]


@lru_cache(maxsize=16_384)
def route_lines(pattern: str, plan: NumberingPlan) -> tuple[RouteLine, ...]:
    """Return the lines of a route, those first that Asterisk tries first; none where nobody can dial such a number.

    A local number is read with its caller's area, so only the pattern of the number with its area takes it; a carrier
    that a caller selects is no part of the number.
    """
    found = dict.fromkeys(_lines(parse_pattern(pattern), plan))
    by_pattern: dict[str, RouteLine] = {}
    for line in sorted(found, key=lambda line: _preference(line, plan)):
        by_pattern.setdefault(line.pattern, line)
    return tuple(sorted(by_pattern.values(), key=lambda line: parse_pattern(line.pattern).specificity))


def line_of(pattern: str, key: str, plan: NumberingPlan) -> RouteLine | None:
    """Return the line by which a route takes a key, or None where it does not."""
    return next((line for line in route_lines(pattern, plan) if parse_pattern(line.pattern).matches(key)), None)


def written_for(pattern: str, key: str, dialled: str, plan: NumberingPlan) -> str:
    """Return a number as the route's pattern writes it: as it was dialled, where the pattern matches that.

    `dialled` is empty where what was dialled says another number to somebody else: a local one, or one with a carrier.
    """
    line = line_of(pattern, key, plan)
    if line is None or (dialled and parse_pattern(pattern).matches(dialled)):
        return dialled
    return line.dialled(key)


def _lines(pattern: Pattern, plan: NumberingPlan) -> Iterator[RouteLine]:
    for rule in plan.by_name[DIALLED].rules:
        common = intersect(pattern, parse_pattern(rule.pattern))
        prefix = _prefix_of(common, rule, plan) if common is not None else None
        if common is not None and prefix is not None:
            yield from _read_on(rewritten(common, rule.strip, ""), rule.then, prefix, plan)
    for included in plan.by_name[DIALLED].includes:
        yield from _read_on(pattern, included, "", plan)


def _prefix_of(common: Pattern, rule: PlanRule, plan: NumberingPlan) -> str | None:
    """Return what a rule takes off, or None where that is no prefix of the plan but says more, such as a carrier."""
    if rule.completes_area or rule.keep or rule.prepend:
        return None
    taken = common.positions[: rule.strip]
    if any(len(allowed) > 1 for allowed in taken):
        return None
    prefix = "".join(min(allowed) for allowed in taken)
    return prefix if prefix in {"", "0", "+", plan.trunk_prefix, plan.international_prefix} else None


def _read_on(pattern: Pattern, context: str, prefix: str, plan: NumberingPlan) -> Iterator[RouteLine]:
    """Yield the lines of numbers of a pattern that a context reads, dialled behind a prefix."""
    if context == NATIONAL and _is_any_known(pattern, plan):
        yield RouteLine(rewritten(pattern, 0, plan.country_code).text, len(plan.country_code), prefix)
    elif context == INTERNATIONAL:
        yield from (RouteLine(abroad.text, 0, prefix) for abroad in _abroad(pattern, plan.country_code))
    elif context == WITH_COUNTRY:
        common = intersect(pattern, parse_pattern(f"_{plan.country_code}X."))
        if common is not None:
            yield RouteLine(common.text, 0, prefix)
    elif context == CODE:
        yield RouteLine(rewritten(pattern, 0, "0").text, 1, prefix)


def _abroad(pattern: Pattern, own_code: str) -> Iterator[Pattern]:
    """Yield what a pattern takes of other countries; of the own one only where it spells that country's code out.

    Who writes `_00.` means other countries, though 00 and the own code reach a national number as well.
    """
    others = [
        pattern_of((*(frozenset(digit) for digit in own_code[:place]), DIGITS - {own_code[place]}), "!")
        for place in range(len(own_code))
    ]
    # No calling code begins with 0: keys that do are codes of the country.
    others[0] = pattern_of((others[0].positions[0] - {"0"},), "!")
    spelt = [allowed == {digit} for allowed, digit in zip(pattern.positions, own_code, strict=False)]
    if len(spelt) == len(own_code) and all(spelt):
        yield pattern
    yield from (common for other in others if (common := intersect(pattern, other)) is not None)


def _is_any_known(pattern: Pattern, plan: NumberingPlan) -> bool:
    return any(pattern.overlaps(parse_pattern(rule.pattern)) for part in plan.searched(NATIONAL) for rule in part.rules)


def _preference(line: RouteLine, plan: NumberingPlan) -> int:
    """Return which of several ways to dial one number comes first: as it is dialled at home, then abroad, then bare."""
    order = (plan.trunk_prefix, plan.international_prefix, "", "+")
    return order.index(line.prefix) if line.prefix in order else len(order)
