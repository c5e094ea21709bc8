"""The numbering plan of a country as rules: Asterisk patterns in named contexts, which Python and Asterisk read alike.

A number is read by going through contexts. In a context, the rules are tried in Asterisk's order of specificity, then
those of the contexts that it includes, one after another. The first rule that matches rewrites the digits. It names the
context in which they are read on, or it ends the reading: then the digits are the key of the number. Where nothing
matches, the number is unreadable, and there is no way back to an earlier choice.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from voipadmin.core.numbers.number import NumberKind, Unreadable
from voipadmin.core.numbers.patterns import Pattern, parse_pattern

# Contexts: what customers dial and what carriers send, by number format, begin in one of the first four.
DIALLED = "dialled"
RECEIVED_AUTOMATIC = "received-automatic"
RECEIVED_E164 = "received-e164"
RECEIVED_NATIONAL = "received-national"
INTERNATIONAL = "international"  # digits that begin with a calling code
ABROAD = "abroad"  # digits of E.164 of another country
WITH_COUNTRY = "with-country"  # digits that may begin with the plan's own calling code
NATIONAL = "national"  # national significant numbers
NATIONAL_METADATA = "national-metadata"  # those that libphonenumber knows
CODE = "code"  # codes of the country, without a 0 in front


@dataclass(frozen=True, slots=True)
class PlanRule:
    """What becomes of digits that match `pattern`.

    The home area comes in front where `completes_area`; else behind the first `keep` digits, which stay, `strip` digits
    are taken out and `prepend` is put in. `then` is the context in which the result is read on; where it is empty the
    result is the key of a number of `kind`, in `country` where the plan knows that, dialled with `dial_prefix`.
    """

    pattern: str
    strip: int = 0
    prepend: str = ""
    keep: int = 0
    completes_area: bool = False
    then: str = ""
    kind: NumberKind | None = None
    country: str = ""
    dial_prefix: str = ""
    is_barred: bool = False

    def rewrite(self, digits: str, home_area: str) -> str:
        """Return the digits after this rule."""
        if self.completes_area:
            return home_area + digits
        return digits[: self.keep] + self.prepend + digits[self.keep + self.strip :]


@dataclass(frozen=True)
class PlanContext:
    """Rules in Asterisk's order, then those of the contexts that are included, and why nothing else is a number."""

    name: str
    rules: tuple[PlanRule, ...]
    includes: tuple[str, ...] = ()
    reason: Unreadable = Unreadable.IMPOSSIBLE

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        """The rules' patterns as alternatives; the number of the group that matched is that of the rule."""
        return re.compile("|".join(f"({_expression_of(parse_pattern(rule.pattern))})" for rule in self.rules) or "(?!)")

    def own_rule_for(self, digits: str) -> PlanRule | None:
        """Return the first rule of the context itself that matches."""
        found = self._expression.fullmatch(digits)
        return self.rules[(found.lastindex or 1) - 1] if found else None


def _expression_of(pattern: Pattern) -> str:
    positions = "".join(f"[{re.escape(''.join(sorted(allowed)))}]" for allowed in pattern.positions)
    return positions + {"": "", ".": ".+", "!": ".*"}[pattern.tail]


def context(
    name: str, rules: Iterable[PlanRule], includes: tuple[str, ...] = (), reason: Unreadable = Unreadable.IMPOSSIBLE
) -> PlanContext:
    """Return a context with its rules in Asterisk's order; of rules with one pattern the first stays."""
    by_pattern: dict[str, PlanRule] = {}
    for rule in rules:
        by_pattern.setdefault(rule.pattern, rule)
    ordered = sorted(by_pattern.values(), key=lambda rule: parse_pattern(rule.pattern).specificity)
    return PlanContext(name, tuple(ordered), includes, reason)


@dataclass(frozen=True, eq=False)
class NumberingPlan:
    """The plan of one country at one moment; plans of equal rules are equal."""

    region: str  # ISO 3166
    country_code: str
    trunk_prefix: str  # what is dialled before a national number: 0
    international_prefix: str  # what is dialled before a calling code: 00
    area_lengths: frozenset[int]  # how many digits area codes have: 2 in Brazil
    contexts: tuple[PlanContext, ...] = field(repr=False)

    @cached_property
    def by_name(self) -> dict[str, PlanContext]:
        """The contexts by their names."""
        return {context.name: context for context in self.contexts}

    @cached_property
    def _hash(self) -> int:
        """The hash of all rules, reckoned once: readings are cached by plan."""
        return hash(self._facts)

    @property
    def _facts(self) -> tuple[object, ...]:
        return self.region, self.trunk_prefix, self.international_prefix, self.contexts

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, NumberingPlan) and self._facts == other._facts)

    def rule_for(self, context: str, digits: str) -> PlanRule | None:
        """Return the rule by which a context reads digits, or None where it does not know them."""
        return next((rule for part in self.searched(context) if (rule := part.own_rule_for(digits))), None)

    def searched(self, context: str) -> Iterator[PlanContext]:
        """Return a context and those that it includes, in the order in which they are searched."""
        found = self.by_name[context]
        yield found
        for included in found.includes:
            yield from self.searched(included)

    def is_area(self, digits: str) -> bool:
        """Tell whether these digits are an area code: as long as one, and fixed numbers begin with them."""
        return len(digits) in self.area_lengths and any(_begins(rule, digits) for rule in self._fixed_rules)

    @cached_property
    def _fixed_rules(self) -> tuple[PlanRule, ...]:
        fixed = {NumberKind.FIXED, NumberKind.FIXED_OR_MOBILE}
        return tuple(rule for part in self.searched(NATIONAL) for rule in part.rules if rule.kind in fixed)


def _begins(rule: PlanRule, digits: str) -> bool:
    positions = parse_pattern(rule.pattern).positions
    return len(digits) < len(positions) and all(
        digit in allowed for digit, allowed in zip(digits, positions, strict=False)
    )
