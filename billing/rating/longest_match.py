"""Which tariff prices a number at a moment: the longest match among those in force; pure.

A number is looked up by its key alone (`billing.rating.key_patterns`). Of the tariffs that match it, are in force, and
hold for the caller's number and the hour, one wins:

1. the one that spells out the most positions (`.` and `!` spell out nothing);
2. between equally long ones the narrower: the one whose positions allow fewer digits;
3. then the longest origin;
4. then one for certain hours before one for all hours;
5. then the one that came into force last.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Generic, NamedTuple, Protocol, TypeVar

from billing.rating.key_patterns import KeyPattern, Rank, compile_pattern
from billing.rating.time_windows import Window


class Dated(Protocol):
    """The part of a tariff that the index reads; `effective_until` is the first moment when it no longer holds."""

    @property
    def pattern(self) -> str:
        """Return the prefix or pattern."""

    @property
    def matches(self) -> str:
        """Return what the pattern is for, numbers or codes (`key_patterns.Matches`)."""

    @property
    def origin_prefix(self) -> str:
        """Return what the caller's number begins with, or nothing."""

    @property
    def window(self) -> Window | None:
        """Return the hours, or None for all."""

    @property
    def effective_from(self) -> datetime:
        """Return the first moment."""

    @property
    def effective_until(self) -> datetime | None:
        """Return the end, or None."""


AnyTariff = TypeVar("AnyTariff", bound=Dated)
# Of two matches the greater one wins. The pattern's text comes last, so that the order of reading decides nothing.
Precedence = tuple[Rank, int, bool, datetime, str]


class Indexed(NamedTuple, Generic[AnyTariff]):
    """A tariff in the index, with its compiled pattern and its precedence."""

    precedence: Precedence
    compiled: KeyPattern
    tariff: AnyTariff

    def prices(self, key: str, at: datetime, origin: str) -> bool:
        """Tell whether the tariff holds for this call."""
        tariff, until = self.tariff, self.tariff.effective_until
        return (
            tariff.effective_from <= at
            and (until is None or at < until)
            and (not tariff.origin_prefix or origin.startswith(tariff.origin_prefix))
            and self.compiled.matches(key)
            and (tariff.window is None or tariff.window.holds(at))
        )


def place_tariff(tariff: AnyTariff) -> Indexed[AnyTariff]:
    """Return `tariff` as it stands in the index."""
    compiled = compile_pattern(tariff.pattern, tariff.matches)
    narrow = tariff.window is not None
    precedence = (compiled.rank, len(tariff.origin_prefix), narrow, tariff.effective_from, tariff.pattern)
    return Indexed(precedence, compiled, tariff)


class TariffIndex(Generic[AnyTariff]):
    """Tariffs by the digits that their keys begin with (`lead`); a look-up reads a dictionary once per length."""

    def __init__(self, tariffs: Iterable[AnyTariff]) -> None:
        buckets: dict[str, list[Indexed[AnyTariff]]] = defaultdict(list)
        for tariff in tariffs:
            placed = place_tariff(tariff)
            if placed.compiled.is_empty:
                continue
            buckets[placed.compiled.lead].append(placed)
        for bucket in buckets.values():
            bucket.sort(key=lambda placed: placed.precedence, reverse=True)
        self._buckets = dict(buckets)
        self._lengths = sorted({len(lead) for lead in buckets}, reverse=True)

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is in it."""
        return not self._buckets

    def buckets(self) -> Mapping[str, Sequence[Indexed[AnyTariff]]]:
        """Return the tariffs by their leads, those first that win."""
        return self._buckets

    def changes(self, key: str, origin: str, after: datetime, until: datetime) -> set[datetime]:
        """Return the moments after `after`, up to `until`, at which another tariff may begin to price these calls."""
        found: set[datetime] = set()
        for length in self._lengths:
            for placed in self._buckets.get(key[:length], ()) if length <= len(key) else ():
                tariff = placed.tariff
                if not placed.compiled.matches(key) or not origin.startswith(tariff.origin_prefix):
                    continue
                ends = (tariff.effective_from, tariff.effective_until)
                found.update(moment for moment in ends if moment is not None and after < moment <= until)
                if tariff.window is not None:
                    found |= tariff.window.changes(after, until)
        return found

    def match(self, key: str, at: datetime, origin: str = "") -> AnyTariff | None:
        """Return the tariff in force at `at` for calls to a key from `origin` (digits, no plus), or None."""
        best: Indexed[AnyTariff] | None = None
        for length in self._lengths:
            bucket = self._buckets.get(key[:length]) if length <= len(key) else None
            if bucket is None:
                continue
            found = next((placed for placed in bucket if placed.prices(key, at, origin)), None)
            if found is not None and (best is None or found.precedence > best.precedence):
                best = found
        return best.tariff if best else None
