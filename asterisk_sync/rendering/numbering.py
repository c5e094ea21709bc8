"""The numbering plan as contexts of the dialplan: the rules by which `read_number` reads, one extension each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from routing.numbers import callers_rules
from voipadmin.core.numbers.number import RISKY_KINDS, NumberKind
from voipadmin.core.numbers.patterns import parse_pattern
from voipadmin.core.numbers.plan import NumberingPlan, PlanContext, PlanRule

# Nothing reads a plus that stands where digits are read on.
UNREADABLE_DIGITS = "+"


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One extension: a pattern, and what is done with the digits that match."""

    pattern: str
    step: str


@dataclass(frozen=True, slots=True)
class PlanLines:
    """One context; its lines in descending order, as a reload reads them fastest."""

    name: str
    lines: tuple[PlanLine, ...]
    includes: tuple[str, ...]


def plan_lines(plan: NumberingPlan) -> list[PlanLines]:
    """Return every context of the plan."""
    return [
        PlanLines(part.name, tuple(_lines(part, plan)), tuple(f"va-plan-{name}-rules" for name in part.includes))
        for part in plan.contexts
    ]


def local_patterns(plan: NumberingPlan) -> list[str]:
    """Return the patterns of what says another number to others than the caller: local numbers, and with a carrier."""
    return _descending(rule.pattern for rule in callers_rules(plan))


def _lines(part: PlanContext, plan: NumberingPlan) -> Iterable[PlanLine]:
    rules = {rule.pattern: rule for rule in part.rules}
    return (PlanLine(pattern, _step(rules[pattern], plan)) for pattern in _descending(rules))


def _descending(patterns: Iterable[str]) -> list[str]:
    return sorted(patterns, key=lambda pattern: parse_pattern(pattern).specificity, reverse=True)


def _step(rule: PlanRule, plan: NumberingPlan) -> str:
    """Return where the digits are read on, or the end: KEY/KIND/AS DIALLED/NATIONAL NUMBER."""
    if rule.completes_area:
        whole = f"${{IF($[${{LEN(${{va_area}})}} > 0]?${{va_area}}${{EXTEN}}:{UNREADABLE_DIGITS})}}"
        return f"Goto(va-plan-{rule.then},{whole},1)"
    digits = _rewritten(rule)
    if rule.then:
        return f"Goto(va-plan-{rule.then},{digits},1)"
    kind, dialled, national = _facts(rule, digits, plan)
    return f"Return({digits}/{kind}/{dialled}/{national})"


def _rewritten(rule: PlanRule) -> str:
    kept = f"${{EXTEN:0:{rule.keep}}}" if rule.keep else ""
    taken = rule.keep + rule.strip
    return f"{kept}{rule.prepend}${{EXTEN{f':{taken}' if taken else ''}}}"


def _facts(rule: PlanRule, digits: str, plan: NumberingPlan) -> Sequence[str]:
    """Return what the dialplan calls the number's kind, how it is dialled at home, and its national number."""
    if digits.startswith("0"):
        return _kind(rule), f"{rule.dial_prefix}${{EXTEN}}", ""
    if rule.prepend == plan.country_code:
        return _kind(rule), f"{plan.trunk_prefix}${{EXTEN}}", "${EXTEN}"
    return _kind(rule), f"{plan.international_prefix}${{EXTEN}}", ""


def _kind(rule: PlanRule) -> str:
    if rule.is_barred:
        return "barred"
    kind = rule.kind or NumberKind.OTHER
    return "risky" if kind in RISKY_KINDS else kind.value
