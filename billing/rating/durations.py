"""What a call of so many seconds is charged: pure, Decimal from end to end, rounded once.

1. Every second that has begun counts. At or below the free seconds the call costs nothing, connect fee included.
2. The duration is cut into increments from second 0 on. Each is charged whole, at the band in which it begins, so that
   the amount never falls as a call grows longer.
3. What the bands come to is added exactly, with the connect fee; it is never less than the minimum charge.
4. The sum is rounded, once, as the rate says.
"""

import math
import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from enum import StrEnum

ZERO = Decimal(0)
MINUTE = 60

# Sums and products of any rate are exact in 60 digits, so that the one rounding is the one that the tariff names.
_EXACT = Context(prec=60, traps=[InvalidOperation, DivisionByZero, Overflow])
_BAND = re.compile(r"(\d+):(\d+(?:\.\d+)?)/(\d+)/(\d+)")


class RoundingMethod(StrEnum):
    """How a total is rounded to its decimals."""

    UP = "up"
    HALF_UP = "half_up"
    DOWN = "down"


_METHODS = {
    RoundingMethod.UP: ROUND_UP,
    RoundingMethod.HALF_UP: ROUND_HALF_UP,
    RoundingMethod.DOWN: ROUND_DOWN,
}


class InvalidRate(ValueError):
    """A rate that cannot price a call; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Band:
    """From second `start` on: `rate` per `unit` seconds, counted in whole increments of `increment` seconds."""

    start: int
    rate: Decimal
    unit: int
    increment: int

    def __str__(self) -> str:
        return f"{self.start}:{self.rate.normalize():f}/{self.unit}/{self.increment}"


@dataclass(frozen=True, slots=True)
class Rate:
    """How calls are charged. Amounts are in one currency, which the caller knows; times are seconds."""

    bands: tuple[Band, ...]
    connect_fee: Decimal = ZERO
    free_seconds: int = 0
    minimum_charge: Decimal = ZERO
    rounding: RoundingMethod = RoundingMethod.HALF_UP
    decimals: int = 4

    def __post_init__(self) -> None:
        if not self.bands or self.bands[0].start != 0:
            raise InvalidRate("the first band starts at second 0")
        if any(band.unit < 1 or band.increment < 1 or band.rate < 0 for band in self.bands):
            raise InvalidRate("a band needs a unit and an increment of a second or more and no negative rate")
        if any(later.start <= band.start for band, later in zip(self.bands, self.bands[1:], strict=False)):
            raise InvalidRate("bands start one after the other")
        if self.connect_fee < 0 or self.minimum_charge < 0 or self.free_seconds < 0 or self.decimals < 0:
            raise InvalidRate("fees, free seconds and decimals are not negative")

    def __str__(self) -> str:
        """Write the whole rate in one line, which is kept with every call that it priced."""
        parts = [" ".join(map(str, self.bands))]
        parts += [f"fee {self.connect_fee.normalize():f}"] if self.connect_fee else []
        parts += [f"free {self.free_seconds}"] if self.free_seconds else []
        parts += [f"min {self.minimum_charge.normalize():f}"] if self.minimum_charge else []
        return ", ".join([*parts, f"{self.rounding} {self.decimals}"])


@dataclass(frozen=True, slots=True)
class Charge:
    """The amount of a call, in the rate's currency, and the seconds that it was charged for."""

    billed_seconds: int
    amount: Decimal


def simple_rate(
    *,
    per_minute: Decimal,
    initial_block: int = 1,
    increment: int = 1,
    connect_fee: Decimal = ZERO,
    free_seconds: int = 0,
    minimum_charge: Decimal = ZERO,
    rounding: str = RoundingMethod.HALF_UP,
    decimals: int = 4,
) -> Rate:
    """Return the rate that a tariff's form describes: an initial block in seconds, then increments after it."""
    first = Band(0, per_minute, MINUTE, initial_block)
    bands = (first,) if initial_block == increment else (first, Band(initial_block, per_minute, MINUTE, increment))
    return Rate(bands, connect_fee, free_seconds, minimum_charge, RoundingMethod(rounding), decimals)


def parse_bands(text: str) -> tuple[Band, ...]:
    """Read bands written as `start:rate/unit/increment`, separated by blanks; raise InvalidRate."""
    return tuple(_parse_band(part) for part in text.split())


def _parse_band(text: str) -> Band:
    match = _BAND.fullmatch(text)
    if match is None:
        raise InvalidRate(f"“{text}” is not start:rate/unit/increment")
    start, rate, unit, increment = match.groups()
    return Band(int(start), Decimal(rate), int(unit), int(increment))


def parse_rate(text: str) -> Rate:
    """Read a rate as `str(rate)` writes it and every priced call keeps it; raise InvalidRate."""
    bands, *parts = text.split(", ")
    given = {}
    try:
        method, decimals = parts.pop().split(" ")
        for part in parts:
            name, value = part.split(" ")
            given[name] = Decimal(value)
        return Rate(
            parse_bands(bands),
            connect_fee=given.get("fee", ZERO),
            free_seconds=int(given.get("free", 0)),
            minimum_charge=given.get("min", ZERO),
            rounding=RoundingMethod(method),
            decimals=int(decimals),
        )
    except (IndexError, ValueError, InvalidOperation) as error:
        raise InvalidRate(f"“{text}” is no rate") from error


def rate_duration(rate: Rate, duration_seconds: Decimal | int) -> Charge:
    """Charge a call of `duration_seconds` after the answer, as the module's steps say; raise ValueError below zero."""
    seconds = math.ceil(duration_seconds)
    if seconds < 0:
        raise ValueError("a call does not last less than nothing")
    if seconds <= rate.free_seconds:
        return Charge(0, round_amount(ZERO, rate))
    position, charged = _walk(rate.bands, seconds)
    # Fractions of different units are added over their common divisor: dividing each would round each.
    divisor = math.lcm(*(unit for unit, _price in charged))
    numerator = ZERO
    for unit, price in charged:
        numerator = _EXACT.add(numerator, _EXACT.multiply(price, divisor // unit))
    total = _EXACT.add(_EXACT.divide(numerator, divisor), rate.connect_fee)
    return Charge(position, round_amount(max(total, rate.minimum_charge), rate))


def _walk(bands: tuple[Band, ...], seconds: int) -> tuple[int, list[tuple[int, Decimal]]]:
    """Return the second at which the last increment ends, and (unit, rate x seconds) of each band with an increment."""
    position = 0
    charged: list[tuple[int, Decimal]] = []
    for number, band in enumerate(bands, start=1):
        end = min(seconds, bands[number].start) if number < len(bands) else seconds
        if position >= end:
            continue
        # -(-a // b) is a / b rounded up, in whole numbers.
        taken = -(-(end - position) // band.increment) * band.increment
        position += taken
        charged.append((band.unit, _EXACT.multiply(band.rate, taken)))
    return position, charged


def round_amount(amount: Decimal, rate: Rate) -> Decimal:
    """Round as the rate says."""
    step = Decimal(1).scaleb(-rate.decimals)
    return amount.quantize(step, rounding=_METHODS[rate.rounding], context=_EXACT)
