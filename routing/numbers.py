"""What is sent to a carrier for a number that was read, and which caller it is shown: pure."""

from dataclasses import dataclass
from functools import lru_cache

from voipadmin.core.numbers.patterns import parse_pattern
from voipadmin.core.numbers.plan import DIALLED, INTERNATIONAL, RECEIVED_NATIONAL, NumberingPlan, PlanRule
from voipadmin.core.numbers.reading import read_number
from voipadmin.core.numbers.spelling import NumberForm

DIALLED_CHARACTERS = frozenset("0123456789+")
SHORTEST_CALLER = 3

E164 = "e164"
NATIONAL = "national"

KEEP = "keep"
E164_PLUS = "e164_plus"
FIXED = "fixed"


def filter_dialled(number: str) -> str:
    """Return the digits and pluses of what was dialled, as the dialplan's FILTER does; all else is taken out."""
    return "".join(character for character in number if character in DIALLED_CHARACTERS)


def caller_of_trunk(sent: str, fallback: str) -> str:
    """Return the caller of a trunk's call: the number that it sent, or `fallback` where that is none to show."""
    return sent if len(sent) >= SHORTEST_CALLER and filter_dialled(sent) == sent else fallback


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


@lru_cache(maxsize=8)
def callers_rules(plan: NumberingPlan) -> tuple[PlanRule, ...]:
    """Return the rules that read what says another number to others than the caller's operator.

    Local numbers do, and international ones with a carrier, where such are dialled: 00 41 351… is in Switzerland too.
    """
    received = plan.by_name[RECEIVED_NATIONAL].rules
    return tuple(
        rule
        for rule in plan.by_name[DIALLED].rules
        if rule.completes_area or (rule.then == INTERNATIONAL and rule not in received)
    )


def plain_dialled(dialled: str, plan: NumberingPlan) -> str:
    """Return what was dialled, or nothing where it says another number to somebody else."""
    return "" if any(parse_pattern(rule.pattern).matches(dialled) for rule in callers_rules(plan)) else dialled


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
