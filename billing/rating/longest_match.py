"""Which tariff prices a number at a moment: the longest match among those in force; pure.

A plain digit tariff is a prefix; one that starts with an underscore is an Asterisk pattern over the whole number. Of
the tariffs that match, are in force, and hold for the caller's number and the hour, one wins:

1. the one that spells out the most positions (`.` and `!` spell out nothing);
2. between equally long ones the narrower: the one whose positions allow fewer digits;
3. then the longest origin;
4. then one for certain hours before one for all hours;
5. then the one that came into force last.

Source of the pattern language: https://docs.asterisk.org/Configuration/Dialplan/Pattern-Matching/
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NamedTuple, Protocol, TypeVar

from billing.rating.time_windows import Window

# A number shorter than E.164's shortest (190, 4004) is a service, not the beginning of a country code.
SHORTEST_E164 = 7

_POSITION = re.compile(r"\[([0-9-]+)\]|([0-9XZN.!])")
_CLASSES = {"X": "0123456789", "Z": "123456789", "N": "23456789"}


class Dated(Protocol):
    """The part of a tariff that the index reads; `effective_until` is the first moment when it no longer holds."""

    @property
    def pattern(self) -> str:
        """Return the prefix or pattern."""

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
Rank = tuple[int, int, int]
# Of two matches the greater one wins. The pattern's text comes last, so that the order of reading decides nothing.
Precedence = tuple[Rank, int, bool, datetime, str]


@dataclass(frozen=True, slots=True)
class CompiledPattern:
    """A prefix or pattern, ready to match: `lead` is the digits that every matching number begins with."""

    lead: str
    expression: re.Pattern[str] | None
    rank: Rank

    @property
    def is_prefix(self) -> bool:
        """Tell whether it is plain digits."""
        return self.expression is None

    def matches(self, number: str) -> bool:
        """Tell whether `number` (digits) falls under it."""
        if self.expression is not None:
            return self.expression.match(number) is not None
        return number == self.lead if len(number) < SHORTEST_E164 else number.startswith(self.lead)


def compile_pattern(pattern: str) -> CompiledPattern:
    """Prepare a tariff's prefix or pattern, which its grammar has accepted already."""
    if not pattern.startswith("_"):
        digits = pattern.removeprefix("+")
        return CompiledPattern(digits, None, (len(digits), 0, 0))
    classes, tail = positions_of(pattern)
    lead = "".join(_leading_digits(classes))
    body = "".join(f"[{digits}]" for digits in classes) + {".": "[0-9]+", "!": "[0-9]*", "": ""}[tail]
    narrowness = -sum(len(digits) - 1 for digits in classes)
    rank = (len(classes), narrowness, {"": 3, ".": 2, "!": 1}[tail])
    return CompiledPattern(lead, re.compile(body + r"\Z"), rank)


def positions_of(pattern: str) -> tuple[list[str], str]:
    """Return the digits that a pattern allows at each position, and its open end (`.`, `!` or nothing)."""
    classes: list[str] = []
    for bracket, single in _POSITION.findall(pattern.removeprefix("_").removeprefix("+")):
        if single in (".", "!") and single:
            return classes, single
        classes.append(_expand(bracket) if bracket else _CLASSES.get(single, single))
    return classes, ""


def _expand(bracket: str) -> str:
    """Write the set `1-35` out as `1235`."""
    digits: set[str] = set()
    for first, last in re.findall(r"([0-9])(?:-([0-9]))?", bracket):
        digits.update(str(digit) for digit in range(int(first), int(last or first) + 1))
    return "".join(sorted(digits))


def _leading_digits(classes: list[str]) -> Iterator[str]:
    for digits in classes:
        if len(digits) != 1:
            return
        yield digits


class Indexed(NamedTuple, Generic[AnyTariff]):
    """A tariff in the index, with its compiled pattern and its precedence."""

    precedence: Precedence
    compiled: CompiledPattern
    tariff: AnyTariff

    def prices(self, number: str, at: datetime, origin: str) -> bool:
        """Tell whether the tariff holds for this call."""
        tariff, until = self.tariff, self.tariff.effective_until
        return (
            tariff.effective_from <= at
            and (until is None or at < until)
            and (not tariff.origin_prefix or origin.startswith(tariff.origin_prefix))
            and self.compiled.matches(number)
            and (tariff.window is None or tariff.window.holds(at))
        )


def place_tariff(tariff: AnyTariff) -> Indexed[AnyTariff]:
    """Return `tariff` as it stands in the index."""
    compiled = compile_pattern(tariff.pattern)
    narrow = tariff.window is not None
    precedence = (compiled.rank, len(tariff.origin_prefix), narrow, tariff.effective_from, tariff.pattern)
    return Indexed(precedence, compiled, tariff)


class TariffIndex(Generic[AnyTariff]):
    """Tariffs by the digits that their numbers begin with (`lead`); a look-up reads a dictionary once per length."""

    def __init__(self, tariffs: Iterable[AnyTariff]) -> None:
        buckets: dict[str, list[Indexed[AnyTariff]]] = defaultdict(list)
        for tariff in tariffs:
            placed = place_tariff(tariff)
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

    def match(self, number: str, at: datetime, origin: str = "") -> AnyTariff | None:
        """Return the tariff in force at `at` for calls to `number` from `origin` (digits, no plus), or None."""
        best: Indexed[AnyTariff] | None = None
        for length in self._lengths:
            bucket = self._buckets.get(number[:length]) if length <= len(number) else None
            if bucket is None:
                continue
            found = next((placed for placed in bucket if placed.prices(number, at, origin)), None)
            if found is not None and (best is None or found.precedence > best.precedence):
                best = found
        return best.tariff if best else None
