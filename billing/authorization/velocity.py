"""Velocity rules: how many calls an account makes within a minute where fraud goes. Each service counts its own."""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from billing.authorization.values import ClassifiedCall

MINUTE = timedelta(minutes=1)
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


@dataclass(slots=True)
class Velocity:
    """Counts the calls of the last minute by account, abroad and at high risk.

    Calls have to be counted in the order of their moments: the oldest are dropped from the left.
    """

    home: str
    prefixes: Sequence[str]
    limits: VelocityLimits
    _calls: dict[UUID, deque[tuple[datetime, str]]] = field(default_factory=lambda: defaultdict(deque))

    def crossed(self, account: UUID, call: ClassifiedCall) -> str:
        """Count a call; return the rule that it breaks, in words, or an empty string. A refused call counts, too."""
        if call.country == self.home and not call.is_high_risk:
            return ""
        calls = self._calls[account]
        while calls and call.at - calls[0][0] >= MINUTE:
            calls.popleft()
        calls.append((call.at, call.number))
        return self._range_crossed(call, calls) or self._numbers_crossed(calls)

    def _range_crossed(self, call: ClassifiedCall, calls: Sequence[tuple[datetime, str]]) -> str:
        limit = self.limits.calls_to_a_range
        if not limit or not call.is_high_risk:
            return ""
        its_range = range_of(call.number, self.prefixes)
        count = sum(number.startswith(its_range) for _at, number in calls)
        return f"{count} calls a minute to {its_range}, limit {limit}" if count > limit else ""

    def _numbers_crossed(self, calls: Sequence[tuple[datetime, str]]) -> str:
        limit = self.limits.risky_numbers
        count = len({number for _at, number in calls})
        return f"{count} numbers abroad a minute, limit {limit}" if limit and count > limit else ""
