"""Velocity rules: how many calls an account makes in a minute where fraud goes. Pure: the calls are in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass

from billing.authorization.rules.values import ClassifiedCall

# Premium numbers are in no list of ranges: country, area and the first digits make one.
RANGE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class VelocityLimits:
    """How many in a minute: calls to one high-risk range, distinct numbers abroad or at high risk; 0 is no limit."""

    calls_to_a_range: int
    risky_numbers: int


def range_of(number: str, prefixes: Sequence[str]) -> str:
    """Return the range of a high-risk number: the prefix that made it one, else its first digits."""
    return next((prefix for prefix in prefixes if number.startswith(prefix)), number[:RANGE_DIGITS])


@dataclass(frozen=True, slots=True)
class Velocity:
    """Tells which calls count, and when an account's calls of the last minute are too many."""

    home: str
    prefixes: Sequence[str]
    limits: VelocityLimits

    def counts(self, call: ClassifiedCall) -> bool:
        """Tell whether a call counts: it goes abroad, or to a number at high risk."""
        return call.country != self.home or call.is_high_risk

    def crossed(self, call: ClassifiedCall, numbers: Sequence[str]) -> str:
        """Return the rule that a call breaks, in words, or an empty string.

        `numbers` are those of the account's calls of the last minute that count, the refused ones and this one too.
        """
        return self._range_crossed(call, numbers) or self._numbers_crossed(numbers)

    def _range_crossed(self, call: ClassifiedCall, numbers: Sequence[str]) -> str:
        limit = self.limits.calls_to_a_range
        if not limit or not call.is_high_risk:
            return ""
        its_range = range_of(call.number, self.prefixes)
        count = sum(number.startswith(its_range) for number in numbers)
        return f"{count} calls a minute to {its_range}, limit {limit}" if count > limit else ""

    def _numbers_crossed(self, numbers: Sequence[str]) -> str:
        limit = self.limits.risky_numbers
        count = len(set(numbers))
        return f"{count} numbers abroad a minute, limit {limit}" if limit and count > limit else ""
