"""Whether a route with a gateway could send another number than the one that was judged; pure, and for every number.

What is sent is read again, as its carrier reads it: in the format that the gateway declares, or, where it is sent what
the route writes, in whichever common format reads all of it rightly. Codes are read as people dial them. The tech
prefix is no part of the number.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import Protocol

from routing.numbers import SPELT, Rewriting, callers_rules
from routing.route_lines import route_lines
from voipadmin.core.numbers.families import DIGITS, Family, Item, families, matched, read_family, tree_of
from voipadmin.core.numbers.patterns import parse_pattern
from voipadmin.core.numbers.plan import (
    CODE,
    DIALLED,
    INTERNATIONAL,
    NATIONAL,
    RECEIVED_E164,
    RECEIVED_NATIONAL,
    NumberingPlan,
    PlanRule,
    context,
)
from voipadmin.core.numbers.reading import number_of_key
from voipadmin.core.numbers.spelling import NumberForm
from voipadmin.core.numbers.tables import LONGEST_E164

# 00, a carrier's two digits, and a number; one more for a plus.
LONGEST_WRITTEN = LONGEST_E164 + 5
SENT_BY_CARRIER = "sent-by-carrier"
CODE_SIGN = frozenset("0")
Items = tuple[Item, ...]
# So many examples are looked at for a telling one, of numbers with so many digits where there are such.
MOST_EXAMPLES, SHORTEST_NATIONAL = 200, 9


@dataclass(frozen=True, slots=True)
class Sending:
    """How a gateway is sent the numbers of a route."""

    sent_format: str
    rewriting: Rewriting
    carrier_code: str = ""


class RouteRewriting(Protocol):
    """What a route does to a number."""

    @property
    def strip_digits(self) -> int:
        """How many leading digits it takes off."""

    @property
    def prepend(self) -> str:
        """What it puts in front then."""


class GatewayRewriting(RouteRewriting, Protocol):
    """What a gateway does to a number."""

    @property
    def sent_format(self) -> str:
        """The format of numbers sent (`SentFormat`)."""

    @property
    def carrier_code(self) -> str:
        """The two digits that select its carrier, or nothing."""


def sending_of(route: RouteRewriting, gateway: GatewayRewriting) -> Sending:
    """Return how a gateway is sent the numbers of a route."""
    rewriting = Rewriting(route.strip_digits, route.prepend, gateway.strip_digits, gateway.prepend)
    return Sending(gateway.sent_format, rewriting, gateway.carrier_code)


@dataclass(frozen=True, slots=True)
class OtherNumber:
    """An example of a number that is sent as another one: `read_as` is that one, or empty where it is none."""

    dialled: str
    sent: str
    read_as: str


@dataclass(frozen=True, slots=True)
class _Written:
    """Numbers that a route takes: places in the digits, the items of their keys, and of what is written for them."""

    family: Family
    key: Items
    written: Items

    @property
    def is_code(self) -> bool:
        return self.family.allowed(self.key[0]) == CODE_SIGN


@lru_cache(maxsize=4_096)
def other_number_sent(pattern: str, sending: Sending, plan: NumberingPlan) -> OtherNumber | None:
    """Return an example of a number that a route would send as another one, or None where every number is itself.

    1. Divide the numbers that the route takes into families of one length that are written alike.
    2. Rewrite each family as route and gateway do, and read it as the carrier does; this divides it further.
    3. A part whose key is not copied, place by place, from the key that was judged holds the example.
    """
    if SPELT.get(sending.sent_format) is NumberForm.NATIONAL_CARRIER:
        plan = _with_carrier(plan, sending.carrier_code)
    first: OtherNumber | None = None
    for reading in _readings(sending.sent_format):
        found = list(islice(_others(pattern, sending, reading, plan), MOST_EXAMPLES))
        if not found:
            return None
        first = first or max(found, key=_is_telling)
    return first


@lru_cache(maxsize=4_096)
def code_sent_as_dialled(pattern: str, sending: Sending, plan: NumberingPlan) -> OtherNumber | None:
    """Return an example of a code that a route sends to a gateway of E.164 numbers, which codes are not; or None.

    It is sent as people dial it. A carrier that takes all that it gets for E.164 reads 4004 1234 as a number of
    Romania, and 190 as none.
    """
    if SPELT.get(sending.sent_format) not in {NumberForm.E164, NumberForm.E164_PLUS}:
        return None
    codes = (numbers for line in route_lines(pattern, plan) for numbers in _keys(line.pattern, plan) if numbers.is_code)
    found = list(
        islice((example for code in codes for example in _misread(code, sending, RECEIVED_E164, plan)), MOST_EXAMPLES)
    )
    return max(found, key=_is_telling, default=None)


def _is_telling(example: OtherNumber) -> tuple[bool, bool]:
    """Return what makes a better example: one that reaches somebody else, and one that is long."""
    return bool(example.read_as), len(example.sent) >= SHORTEST_NATIONAL


def takes_any_number(pattern: str, plan: NumberingPlan) -> bool:
    """Tell whether the plan has a number at all that a route of this pattern takes."""
    return any(next(_keys(line.pattern, plan), None) for line in route_lines(pattern, plan))


def _readings(sent_format: str) -> Sequence[str]:
    """Return the contexts in which a carrier may read what it is sent."""
    form = SPELT.get(sent_format)
    if form is None:
        return RECEIVED_NATIONAL, RECEIVED_E164
    if form is NumberForm.NATIONAL_CARRIER:
        return (SENT_BY_CARRIER,)
    return (RECEIVED_E164 if form in {NumberForm.E164, NumberForm.E164_PLUS} else RECEIVED_NATIONAL,)


@lru_cache(maxsize=64)
def _with_carrier(plan: NumberingPlan, carrier: str) -> NumberingPlan:
    """Return the plan with a context that reads what the carrier with this code is sent: 0 21 11…, 00 21 351…."""
    prefixes = ((plan.trunk_prefix, NATIONAL), (plan.international_prefix, INTERNATIONAL))
    rules = [PlanRule(f"_{prefix}{carrier}X.", strip=len(prefix + carrier), then=then) for prefix, then in prefixes]
    return replace(plan, contexts=(*plan.contexts, context(SENT_BY_CARRIER, rules)))


def _others(pattern: str, sending: Sending, reading: str, plan: NumberingPlan) -> Iterator[OtherNumber]:
    form = SPELT.get(sending.sent_format)
    found = _as_written(pattern, plan) if form is None else _spelt(pattern, form, sending.carrier_code, plan)
    for numbers in found:
        yield from _misread(numbers, sending, RECEIVED_NATIONAL if numbers.is_code else reading, plan)


def _misread(numbers: _Written, sending: Sending, reading: str, plan: NumberingPlan) -> Iterator[OtherNumber]:
    """Yield examples of numbers that are sent as others, as a context reads them."""
    sent = _rewritten(numbers.written, sending.rewriting)
    for part in read_family(numbers.family.written(sent), reading, plan):
        read = part.family
        example = _differing(read, numbers.key, read.items) if part.is_readable else read
        if example is not None:
            found = _Written(example, numbers.key, numbers.written)
            yield _example(found, sent, read.items if part.is_readable else (), plan)


def _rewritten(items: Items, rewriting: Rewriting) -> Items:
    """Return what `rewrite_number` makes of a number, without the tech prefix."""
    routed = (*rewriting.route_prepend, *items[rewriting.route_strip :])
    return (*rewriting.gateway_prepend, *routed[rewriting.gateway_strip :])


def _differing(family: Family, one: Items, other: Items) -> Family | None:
    """Return members in which two ways of writing them differ, or None where they never do."""
    if len(one) != len(other):
        return family
    for mine, theirs in zip(one, other, strict=True):
        if mine == theirs:
            continue
        for digit in sorted(family.allowed(mine)):
            part = family.limited(mine, frozenset(digit))
            found = part.limited(theirs, DIGITS - {digit}) if part is not None else None
            if found is not None:
                return found
    return None


def _as_written(pattern: str, plan: NumberingPlan) -> Iterator[_Written]:
    """Yield the numbers that a route takes as they are dialled, and as its pattern writes those dialled otherwise."""
    lines = route_lines(pattern, plan)
    ways = [PlanRule(line.pattern, line.strip, line.prefix) for line in lines]
    yield from _as_dialled(pattern, ways, plan)
    for line, way in zip(lines, ways, strict=True):
        for numbers in _keys(line.pattern, plan):
            for part, rule in matched(numbers.family, tree_of(ways, len(numbers.key))):
                # The first line that matches writes a number.
                if rule == replace(way, pattern=""):
                    yield _Written(part, numbers.key, (*line.prefix, *numbers.key[line.strip :]))


def _as_dialled(pattern: str, ways: Sequence[PlanRule], plan: NumberingPlan) -> Iterator[_Written]:
    for family in families(parse_pattern(pattern), LONGEST_WRITTEN):
        for plain in _parts(family, callers_rules(plan), matching=False):
            for reading in read_family(plain, DIALLED, plan):
                if reading.is_readable and not reading.rules[-1].is_barred:
                    yield from (_Written(part, part.items, family.items) for part in _parts(reading.family, ways))


def _parts(family: Family, rules: Sequence[PlanRule], *, matching: bool = True) -> Iterator[Family]:
    """Yield the members of a family that some of the rules match, or those that none does."""
    tree = tree_of(rules, len(family.items))
    yield from (part for part, rule in matched(family, tree) if (rule is not None) == matching)


def _spelt(pattern: str, form: NumberForm, carrier: str, plan: NumberingPlan) -> Iterator[_Written]:
    """Yield the numbers that a route takes, spelt in a gateway's format."""
    for line in route_lines(pattern, plan):
        for numbers in _keys(line.pattern, plan):
            spelt = numbers.written if numbers.is_code else _spelling(numbers, form, carrier, plan)
            yield _Written(numbers.family, numbers.key, spelt)


def _keys(pattern: str, plan: NumberingPlan) -> Iterator[_Written]:
    """Yield the keys that a pattern matches: codes as they are dialled, numbers by their national number or whole."""
    for family in families(parse_pattern(pattern), LONGEST_WRITTEN):
        codes, numbers = family.limited(0, CODE_SIGN), family.limited(0, DIGITS - CODE_SIGN)
        if codes is not None:
            yield from _codes(codes, plan)
        if numbers is not None:
            yield from _numbers(numbers, plan)


def _codes(family: Family, plan: NumberingPlan) -> Iterator[_Written]:
    for reading in read_family(family.written(family.items[1:]), CODE, plan):
        rule = reading.rules[-1] if reading.is_readable else None
        if rule is not None and not rule.is_barred:
            yield _Written(reading.family, family.items, (*rule.dial_prefix, *family.items[1:]))


def _numbers(family: Family, plan: NumberingPlan) -> Iterator[_Written]:
    for reading in read_family(family, INTERNATIONAL, plan):
        # What is read as another key is no key itself, such as a number of before a renumbering.
        if reading.is_readable and _differing(reading.family, family.items, reading.family.items) is None:
            is_home = reading.rules[0].then == NATIONAL
            yield _Written(reading.family, family.items, family.items[len(plan.country_code) if is_home else 0 :])


def _spelling(numbers: _Written, form: NumberForm, carrier: str, plan: NumberingPlan) -> Items:
    """Return what `spell` makes of numbers."""
    if form is NumberForm.E164:
        return numbers.key
    if form is NumberForm.E164_PLUS:
        return ("+", *numbers.key)
    selected = carrier if form is NumberForm.NATIONAL_CARRIER else ""
    if numbers.written == numbers.key:
        return (*plan.international_prefix, *selected, *numbers.key)
    return numbers.written if form is NumberForm.NATIONAL else (*plan.trunk_prefix, *selected, *numbers.written)


def _example(numbers: _Written, sent: Items, read: Items, plan: NumberingPlan) -> OtherNumber:
    member = numbers.family.member()

    def text(items: Items) -> str:
        return "".join(member[item] if isinstance(item, int) else item for item in items)

    is_spelt = numbers.key == tuple(range(len(member)))
    dialled = number_of_key(member, plan).display if is_spelt else text(numbers.written)
    return OtherNumber(dialled, text(sent), number_of_key(text(read), plan).display if read else "")
