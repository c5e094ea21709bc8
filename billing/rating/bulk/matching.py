"""The longest match for many numbers at once, with dates, origins, hours and patterns: as `TariffIndex` finds it.

1. A number is an integer that sorts like its digits (`bulk.numbers`), so that a prefix is a range of integers.
2. The ends of all ranges cut the integers into pieces. The numbers of a piece begin with the same leads, so that the
   same tariffs could price them: its candidates, those first that win.
3. A binary search finds the piece of every call.
4. The first candidate of every call is tried, all calls in one step over arrays. The calls that it does not hold for
   try their next candidate, until every call has one that holds or none left.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Generic, NamedTuple

import numpy as np
from numpy.typing import NDArray

from billing.rating.bulk.numbers import PLACES, Digits, Ints, Texts, codes_of, digits_of_texts, range_of
from billing.rating.longest_match import AnyTariff, Indexed, TariffIndex

NOTHING = -1
NO_END = np.iinfo(np.int64).max
CHUNK = 1 << 15
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ALL_DIGITS = 0b111_1111_1110
_ENDED = 1
Masks = NDArray[np.uint16]
Flags = NDArray[np.bool_]


def microseconds_of(moment: datetime) -> int:
    """Return an aware moment as the microseconds since 1970."""
    return (moment - EPOCH) // _MICROSECOND


class _Calls(NamedTuple):
    """Calls as arrays; `signs` has a row for each place of the number and a column for each call."""

    signs: Digits
    at: Ints
    origins: Ints


class BulkIndex(Generic[AnyTariff]):
    """A TariffIndex for arrays; a match is a position in `tariffs`, or NOTHING."""

    def __init__(self, index: TariffIndex[AnyTariff]) -> None:
        buckets = {lead: list(filter(_can_match, bucket)) for lead, bucket in index.buckets().items()}
        placed = [entry for bucket in buckets.values() for entry in bucket]
        self.tariffs: Sequence[AnyTariff] = [entry.tariff for entry in placed]
        positions = {id(entry): position for position, entry in enumerate(placed)}
        # Piece n begins at the integer bounds[n]; candidates[starts[n]:ends[n]] are its tariffs. Piece 0 has none: it
        # is what comes before the first lead.
        bounds, starts, ends = [-1], [0], [0]
        candidates: list[int] = []
        # The part of `candidates` by the leads of a piece: many pieces have the same.
        known: dict[tuple[str, ...], tuple[int, int]] = {(): (0, 0)}
        for bound, chain in _pieces(sorted(lead for lead, bucket in buckets.items() if bucket)):
            if chain not in known:
                entries = sorted(
                    (entry for lead in reversed(chain) for entry in buckets[lead]),
                    key=lambda entry: entry.precedence,
                    reverse=True,
                )
                known[chain] = (len(candidates), len(candidates) + len(entries))
                candidates.extend(positions[id(entry)] for entry in entries)
            bounds.append(bound)
            starts.append(known[chain][0])
            ends.append(known[chain][1])
        self._bounds, self._starts, self._ends = _ints(bounds), _ints(starts), _ints(ends)
        self._candidates = _ints(candidates)
        self._describe(placed)

    def _describe(self, placed: Sequence[Indexed[AnyTariff]]) -> None:
        """Keep, as arrays over `tariffs`, all that decides whether a tariff holds for a call."""
        tariffs = self.tariffs
        self._since = _ints([microseconds_of(tariff.effective_from) for tariff in tariffs])
        self._until = _ints([_end(tariff.effective_until) for tariff in tariffs])
        origins = [range_of(tariff.origin_prefix) for tariff in tariffs]
        self._origin_from, self._origin_until = _ints([low for low, _ in origins]), _ints([high for _, high in origins])
        self._is_plain = np.array(
            [
                entry.compiled.is_prefix and not t.origin_prefix and t.window is None
                for entry, t in zip(placed, tariffs, strict=True)
            ],
            dtype=np.bool_,
        )
        self._masks = np.array([_masks(entry) for entry in placed], dtype=np.uint16).reshape(-1, PLACES)

    def match(self, numbers: Texts, at: Ints, origins: Ints) -> Ints:
        """Return the tariff of each call: digits, microseconds since 1970, and the caller's number as an integer."""
        found = np.empty(numbers.size, dtype=np.int64)
        for start in range(0, numbers.size, CHUNK):
            part = slice(start, start + CHUNK)
            signs = digits_of_texts(numbers[part])
            found[part] = self._match(codes_of(signs), _Calls(signs, at[part], origins[part]))
        return found

    def _match(self, codes: Ints, calls: _Calls) -> Ints:
        found = np.full(codes.size, NOTHING, dtype=np.int64)
        pieces = np.searchsorted(self._bounds, codes, side="right") - 1
        places, ends = self._starts[pieces], self._ends[pieces]
        open_calls = np.flatnonzero(places < ends)
        while open_calls.size:
            candidates = self._candidates[places[open_calls]]
            holds = self._holds(candidates, open_calls, calls)
            found[open_calls[holds]] = candidates[holds]
            open_calls = open_calls[~holds]
            places[open_calls] += 1
            open_calls = open_calls[places[open_calls] < ends[open_calls]]
        return found

    def _holds(self, candidates: Ints, which: Ints, calls: _Calls) -> Flags:
        """Tell for each of `which` calls whether its candidate prices it."""
        at = calls.at[which]
        holds: Flags = (self._since[candidates] <= at) & (at < self._until[candidates])
        special = np.flatnonzero(holds & ~self._is_plain[candidates])
        if special.size:
            holds[special] = self._special(candidates[special], which[special], calls)
        return holds

    def _special(self, candidates: Ints, which: Ints, calls: _Calls) -> Flags:
        """Tell the same for candidates with an origin, a pattern or hours."""
        origins = calls.origins[which]
        holds: Flags = (self._origin_from[candidates] <= origins) & (origins < self._origin_until[candidates])
        # Bit n of a place's mask says that the sign n is allowed there: shifted down by the sign, it is bit 0.
        allowed = self._masks[candidates].T >> calls.signs[:, which]
        holds &= (allowed & 1).astype(np.bool_).all(axis=0)
        # Few are left by now; hours are looked at one by one.
        for place in np.flatnonzero(holds).tolist():
            window = self.tariffs[candidates[place]].window
            if window is not None:
                holds[place] = window.holds(EPOCH + timedelta(microseconds=int(calls.at[which[place]])))
        return holds


def _pieces(leads: Sequence[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield where each piece begins, and the leads of its numbers, the shortest first.

    Sorted leads come as in a tree: a lead is followed by those that begin with it. `chain` is the path to the present
    one; where a lead leaves it, the piece of the shorter lead goes on. Of two pieces at one place the later counts.
    """
    chain: list[str] = []
    for lead in [*leads, None]:
        while chain and (lead is None or not lead.startswith(chain[-1])):
            end = range_of(chain.pop())[1]
            yield end, tuple(chain)
        if lead is not None:
            chain.append(lead)
            yield range_of(lead)[0], tuple(chain)


def _can_match(entry: Indexed[AnyTariff]) -> bool:
    """Tell whether it can match any key of PLACES digits at most; longer ones are looked up one by one."""
    return len(entry.compiled.positions) + (entry.compiled.tail == ".") <= PLACES


def _masks(entry: Indexed[AnyTariff]) -> list[int]:
    """Return for each place the signs that are allowed there, a bit each; a prefix allows all: its piece decided."""
    if entry.compiled.is_prefix:
        return [_ALL_DIGITS | _ENDED] * PLACES
    tail = entry.compiled.tail
    masks = [sum(2 << int(digit) for digit in digits) for digits in entry.compiled.positions]
    masks += [_ALL_DIGITS] if tail == "." else []
    return masks + [_ALL_DIGITS | _ENDED if tail else _ENDED] * (PLACES - len(masks))


def _end(moment: datetime | None) -> int:
    return NO_END if moment is None else microseconds_of(moment)


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)
