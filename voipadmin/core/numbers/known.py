"""Whether a pattern has any number at all that the numbering plan, or libphonenumber, knows."""

from collections.abc import Iterator
from functools import lru_cache

from voipadmin.core.numbers.metadata import calling_codes_by_region, national_ranges
from voipadmin.core.numbers.patterns import Pattern, parse_pattern, rewritten
from voipadmin.core.numbers.plan import NATIONAL, NumberingPlan


def has_known_number(wanted: Pattern, plan: NumberingPlan) -> bool:
    """Tell whether a number falls under a pattern over digits of E.164."""
    return any(wanted.overlaps(known) for known in _known_numbers(wanted, plan))


def _known_numbers(wanted: Pattern, plan: NumberingPlan) -> Iterator[Pattern]:
    yield from own_numbers(plan)
    for code in dict.fromkeys(code for _region, code in calling_codes_by_region() if code != plan.country_code):
        if all(digit in allowed for allowed, digit in zip(wanted.positions, code, strict=False)):
            yield from (rewritten(row.pattern, 0, code) for row in national_ranges(int(code)))


@lru_cache(maxsize=8)
def own_numbers(plan: NumberingPlan) -> tuple[Pattern, ...]:
    """Return the numbers of the plan's own country, as patterns over digits of E.164."""
    rules = (rule for part in plan.searched(NATIONAL) for rule in part.rules if not rule.then)
    return tuple(rewritten(parse_pattern(rule.pattern), 0, plan.country_code) for rule in rules)
