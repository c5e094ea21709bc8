"""The charges of many calls, in integers: exact to the last digit, the same as `rate_duration` gives one by one.

1. Each rate is brought to whole numbers (`_whole`). An amount is then `total / divisor`, in units of the rate's last
   decimal; the total is the connect fee and, for each band, a coefficient times the seconds of its increments.
2. The charges of all calls are computed over arrays of 64-bit integers (`RateTable.charge`).
3. A call whose numbers would not fit in 62 bits is charged by `rate_duration`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from billing.rating.durations import Charge, Rate, RoundingMethod, rate_duration

Ints = NDArray[np.int64]

# Twice as much still fits in a signed word, so that a total and what rounds it never overflow.
ROOM = 1 << 62
# So many calls at a time stay in the processor's cache, with all that is computed of them.
CHUNK = 1 << 15


@dataclass(frozen=True, slots=True)
class Charges:
    """The amounts of calls, `units` of 10^-`decimals` each; those in `exact` had numbers too large for integers."""

    billed_seconds: Ints
    units: Ints
    decimals: Ints
    exact: dict[int, Charge]

    def at(self, position: int) -> Charge:
        """Return one call's charge, as `rate_duration` writes it."""
        if position in self.exact:
            return self.exact[position]
        return Charge(
            int(self.billed_seconds[position]), coins(int(self.units[position]), int(self.decimals[position]))
        )

    def amounts(self) -> list[Decimal]:
        """Return all amounts."""
        found = list(map(coins, self.units.tolist(), self.decimals.tolist()))
        for position, charge in self.exact.items():
            found[position] = charge.amount
        return found


def coins(units: int, decimals: int) -> Decimal:
    """Return `units` of 10^-`decimals`."""
    return Decimal(units).scaleb(-decimals)


class _Band(NamedTuple):
    """A band in whole numbers: up to second `end`, each second of its increments adds `coefficient` to the total."""

    end: int
    increment: int
    coefficient: int


class _WholeRate(NamedTuple):
    """A rate in whole numbers; a call of more than `longest` seconds does not fit in 62 bits."""

    bands: tuple[_Band, ...]
    fee: int
    minimum: int
    divisor: int
    rounded_by: int
    longest: int


_NO_BAND = _Band(0, 1, 0)
_TOO_LARGE = _WholeRate((_NO_BAND,), 0, 0, 1, 0, -1)


def _whole(rate: Rate) -> _WholeRate:
    """Return a rate in whole numbers.

    1. Multiply every amount by a power of ten that leaves no decimals, and by the common multiple of the bands' units.
    2. Divide all of them, and the divisor, by their greatest common divisor.
    3. Rounding is an addend: 0 to round down, half the divisor half up, the divisor less one up.
    """
    units = math.lcm(*(band.unit for band in rate.bands))
    amounts = [rate.connect_fee, rate.minimum_charge, *(band.rate for band in rate.bands)]
    places = max(rate.decimals, *map(_places, amounts))
    fee, minimum, *rates = (_scaled(amount, places) * units for amount in amounts)
    divisor = units * 10 ** (places - rate.decimals)
    # Every rate was multiplied by `units`, so that each band's own unit divides it.
    coefficients = [scaled // band.unit for scaled, band in zip(rates, rate.bands, strict=True)]
    common = math.gcd(fee, minimum, divisor, *coefficients)
    fee, minimum, divisor, *coefficients = (number // common for number in (fee, minimum, divisor, *coefficients))
    ends = [band.start for band in rate.bands[1:]]
    widest = max(band.increment for band in rate.bands)
    longest = min((ROOM - fee) // max(1, *coefficients), ROOM) - widest
    if longest < 0 or max(minimum, divisor, rate.free_seconds, *ends, 0) >= ROOM:
        return _TOO_LARGE
    increments = (band.increment for band in rate.bands)
    bands = tuple(map(_Band, [*ends, ROOM], increments, coefficients))
    rounded_by = {RoundingMethod.DOWN: 0, RoundingMethod.HALF_UP: divisor // 2, RoundingMethod.UP: divisor - 1}
    return _WholeRate(bands, fee, minimum, divisor, rounded_by[rate.rounding], longest)


def _places(amount: Decimal) -> int:
    return max(0, -int(amount.as_tuple().exponent))


def _scaled(amount: Decimal, places: int) -> int:
    """Return `amount` x 10^places, which is whole, without any context's precision."""
    _sign, digits, exponent = amount.as_tuple()
    return int("".join(map(str, digits))) * int(10 ** (places + int(exponent)))


class RateTable:
    """Rates prepared for arrays; a call names its rate by the position in `rates`."""

    def __init__(self, rates: Sequence[Rate]) -> None:
        self._rates = rates
        # By identity: equal rates are one object as a rule (Cadence.rate), and the hash of a rate takes its time.
        known: dict[int, _WholeRate] = {}
        rows = [known.get(id(rate)) or known.setdefault(id(rate), _whole(rate)) for rate in rates]
        self._decimals = _column([min(rate.decimals, ROOM) for rate in rates])
        self._free = _column([min(rate.free_seconds, ROOM) for rate in rates])
        self._fee, self._minimum = _column([row.fee for row in rows]), _column([row.minimum for row in rows])
        self._divisor = _column([row.divisor for row in rows])
        self._rounded_by = _column([row.rounded_by for row in rows])
        self._longest = _column([row.longest for row in rows])
        # Every rate gets as many bands as the one with the most; a band that ends at second 0 charges nothing.
        width = max((len(row.bands) for row in rows), default=0)
        padded = [row.bands + (_NO_BAND,) * (width - len(row.bands)) for row in rows]
        self._bands = [
            tuple(_column([bands[place][item] for bands in padded]) for item in range(3)) for place in range(width)
        ]

    def charge(self, which: Ints, seconds: Ints) -> Charges:
        """Charge calls of so many begun seconds, each by its rate."""
        if seconds.size and seconds.min() < 0:
            raise ValueError("a call does not last less than nothing")
        billed, units = np.empty_like(seconds), np.empty_like(seconds)
        exact: dict[int, Charge] = {}
        for start in range(0, seconds.size, CHUNK):
            part = slice(start, start + CHUNK)
            billed[part], units[part] = self._charge(which[part], seconds[part])
            for place in np.flatnonzero(seconds[part] > self._longest[which[part]]).tolist():
                position = start + place
                exact[position] = rate_duration(self._rates[which[position]], int(seconds[position]))
        return Charges(billed, units, self._decimals[which], exact)

    def _charge(self, which: Ints, seconds: Ints) -> tuple[Ints, Ints]:
        """Return seconds and units billed of all calls, band by band, as `durations.rate_duration` does for one call.

        The positions of all calls move at once. Where a call ends before a band begins, its share of the band is 0.
        """
        position = np.zeros_like(seconds)
        total = self._fee[which]
        for ends, increments, coefficients in self._bands:
            left = np.maximum(np.minimum(seconds, ends[which]) - position, 0)
            increment = increments[which]
            # Rounded up to whole increments, as in `durations`.
            taken = -(-left // increment) * increment
            position += taken
            total += coefficients[which] * taken
        # False counts as 0: what a call within its free seconds has taken so far is multiplied away.
        is_billed = seconds > self._free[which]
        np.maximum(total, self._minimum[which], out=total)
        total += self._rounded_by[which]
        total //= self._divisor[which]
        return position * is_billed, total * is_billed


def _column(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)
